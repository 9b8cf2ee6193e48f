import type { Answers } from './plugin-server.ts';

/** Texts that pages have fallen for: markup, a direction that turns what follows round, and far too much. */
export const hostile = {
  markup: '"\'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}$' + '{alert(3)}',
  bidi: '\u202Etxt.exe\u2066 \u0000\u200F\uD83D\uDE00 مرحبا',
  long: 'W'.repeat(10_000),
} as const;

const { markup, bidi, long } = hostile;
const aboutItself = () => ({ status: 'ok', artifact_id: markup, message: bidi });

/** A plugin whose every word is hostile. It takes what enters a segment and refuses what leaves it. */
export const hostileAnswers: Answers = {
  '/v1/status': aboutItself,
  '/v1/metadata': aboutItself,
  '/v1/user_segment_update': (body) => {
    const { operation } = JSON.parse(body) as { operation: string };
    const line = (key: string) => ({
      type: 'BATCH_DELIVERY',
      content: { operation, [markup]: markup, bidi, long },
      grouping_key: key,
    });
    // No key is longer than the platform takes, or there would be no batch to look at.
    return {
      status: 'ok',
      data: [line(`${operation}${markup}`), line(`${operation}${bidi}`), line(long.slice(0, 200))],
    };
  },
  '/v1/batch_update': (body) => {
    const sent = (JSON.parse(body) as { batch_content: unknown[] }).batch_content.length;
    return body.includes('"DELETE"')
      ? { status: 'ERROR', message: `${markup} ${bidi} ${long}`, sent_items_in_success: 0, sent_items_in_error: sent }
      : { status: 'OK', message: markup, sent_items_in_success: sent, sent_items_in_error: 0 };
  },
};
