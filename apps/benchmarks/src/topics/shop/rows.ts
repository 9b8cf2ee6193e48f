import type { ShopRequest } from '@batchfeed/shop-batch-client';

/** Requests in a batch: what the protocol recommends. */
export const batchSize = 200;

const filler = 'A table of solid pine, oiled twice, with room for six and a drawer at either end. ';

/** A row of about 300 bytes. Relative to the API's address, as a caller of the client would write it. */
export const productRow = (index: number): ShopRequest => ({
  method: 'POST',
  uri: `products/SKU-${index}`,
  data: {
    sku: `SKU-${index}`,
    name: `Pine table number ${index}`,
    price: `${index % 1_000}.50`,
    stock1: index % 100,
    description: filler,
    parentProduct: { id: 'cHJvZHVjdC1wcm9kdWN0X2lkPTE4' },
  },
});

/** Rows made one at a time, as a source that is read and not kept. */
export function* productRows(count: number): Generator<ShopRequest> {
  for (let index = 0; index < count; index += 1) yield productRow(index);
}

/** The answer to a batch of creations; `body` gives what each part holds. */
export const batchAnswerText = (count: number, body: (index: number) => unknown): string => {
  const request = Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    uri: `http://127.0.0.1/products/SKU-${index}`,
    response: { header: { statusCode: 201 }, body: body(index) },
  }));
  return JSON.stringify({ requests: { request } });
};
