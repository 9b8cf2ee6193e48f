import Database from 'better-sqlite3';
import type { Person } from './expected-segment.ts';
import type { ShopTraffic } from './report.ts';

/**
 * What the shop's database holds, read from the file itself and past every line of the shop's own code: its newsletter
 * subscribers, and what it counted of the requests made to it.
 */
export const readShop = (file: string): { people: Person[]; traffic: ShopTraffic } => {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const people = database.prepare<[], Person>('SELECT email, firstname, lastname FROM newsletterSubscribers').all();
    const counters = new Map(
      database.prepare<[], [name: string, value: number]>('SELECT name, value FROM counters').raw().all(),
    );
    const partsByStatus = Object.fromEntries(
      [...counters].flatMap(([name, value]) =>
        name.startsWith('parts.') ? [[name.slice('parts.'.length), value]] : [],
      ),
    );
    return { people, traffic: { requests: counters.get('batches') ?? 0, partsByStatus } };
  } finally {
    database.close();
  }
};
