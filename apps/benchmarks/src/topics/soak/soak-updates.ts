const USERS = 50_000;

/** NDJSON of the updates of one second: users come again and again, with two identifiers each. */
export function soakUpdates(second: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const user = (second * count + index) % USERS;
    const identifiers = `{"type":"USER_POINT","user_point_id":"soak-${user}"},{"type":"USER_EMAIL","hash":"soak-hash-${user}"}`;
    const operation = Math.floor((second * count + index) / USERS) % 2 === 0 ? 'UPSERT' : 'DELETE';
    return `{"user_identifiers":[${identifiers}],"operation":"${operation}"}\n`;
  });
}
