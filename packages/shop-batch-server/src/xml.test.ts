import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { toXml } from './xml.ts';

const parser = new XMLParser({ parseTagValue: false, trimValues: false, processEntities: true });

describe('toXml', () => {
  it('writes the documented batch answer', () => {
    const id = 'Y2F0ZWdvcnktY2F0ZWdvcnlfaWQ9MTg=';
    const uri = `http://shopname.api.myshoprenter.hu/categories/${id}`;
    const lost = `Resource matching URI "/category/${id}" not found`;
    const tree = {
      requests: {
        request: [
          {
            method: 'GET',
            uri,
            response: {
              header: { statusCode: 200 },
              body: {
                href: uri,
                id,
                innerId: '18',
                groupCode: null,
                multiplier: '1.00000',
                parentCategory: { href: uri },
              },
            },
          },
          { method: 'DELETE', uri, response: { header: { statusCode: 200 }, body: {} } },
          { method: 'GET', uri: '/category/x', response: { header: { statusCode: 404 }, body: { message: lost } } },
        ],
      },
    };
    expect(toXml(tree)).toBe(
      [
        '<response><requests>',
        `<request><method><![CDATA[GET]]></method><uri><![CDATA[${uri}]]></uri>`,
        '<response><header><statusCode>200</statusCode></header>',
        `<body><href><![CDATA[${uri}]]></href><id><![CDATA[${id}]]></id><innerId><![CDATA[18]]></innerId><groupCode/>`,
        `<multiplier><![CDATA[1.00000]]></multiplier><parentCategory><href><![CDATA[${uri}]]></href></parentCategory>`,
        '</body></response></request>',
        `<request><method><![CDATA[DELETE]]></method><uri><![CDATA[${uri}]]></uri>`,
        '<response><header><statusCode>200</statusCode></header><body/></response></request>',
        '<request><method><![CDATA[GET]]></method><uri><![CDATA[/category/x]]></uri>',
        '<response><header><statusCode>404</statusCode></header>',
        `<body><message><![CDATA[${lost}]]></message></body></response></request>`,
        '</requests></response>',
      ].join(''),
    );
  });

  it.each([
    [
      'a collection',
      { page: 0, items: [{ href: 'a' }, { href: 'b' }] },
      '<page>0</page><items><item><href><![CDATA[a]]></href></item><item><href><![CDATA[b]]></href></item></items>',
    ],
    [
      'embedded relations',
      { address: [{ city: 'A' }, { city: 'B' }] },
      '<address><city><![CDATA[A]]></city></address><address><city><![CDATA[B]]></city></address>',
    ],
    ['nothing in its four forms', { a: null, b: '', c: {}, d: [], items: [] }, '<a/><b/><c/><d/><items/>'],
    ['numbers', { a: 7, b: -1, c: 1.5 }, '<a>7</a><b>-1</b><c><![CDATA[1.5]]></c>'],
    ['booleans', { a: true, b: false }, '<a><![CDATA[1]]></a><b><![CDATA[]]></b>'],
    ['a list of one that was collapsed', { items: { a: 'x' } }, '<items><item><a><![CDATA[x]]></a></item></items>'],
    ['the end of a CDATA section', { a: 'x]]>y' }, '<a><![CDATA[x]]]]><![CDATA[>y]]></a>'],
    ['a carriage return', { a: 'x\r\ny' }, '<a><![CDATA[x]]>&#13;<![CDATA[\ny]]></a>'],
    ['what XML cannot carry', { a: 'x\0y\ud800z' }, '<a><![CDATA[x\ufffdy\ufffdz]]></a>'],
    ['keys that are no names', { '1a': 1, 'a b': 2, 'x><y': 3 }, '<_1a>1</_1a><_a_b>2</_a_b><_x__y>3</_x__y>'],
    ['undefined as absent', { a: undefined, b: 1 }, '<b>1</b>'],
  ])('writes %s', (_, tree, inner) => {
    expect(toXml(tree)).toBe(`<response>${inner}</response>`);
  });

  it('writes nothing as an empty response', () => {
    expect(toXml({})).toBe('<response/>');
    expect(toXml(null)).toBe('<response/>');
  });

  it('gives every text back to a parser as it was', () => {
    const xmlText = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => [...text].every((c) => (c >= ' ' && c < '\ufffe') || '\t\n\r'.includes(c)));
    const tricky = fc.array(fc.constantFrom(']', ']]', '>', ']]>', '<', '&', 'amp;', '<![CDATA[', 'é', '007', ' '), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          xmlText,
          tricky.map((parts) => parts.join('')),
        ),
        (text) => {
          expect(parser.parse(toXml({ a: text })).response.a).toBe(text);
        },
      ),
    );
  });
});
