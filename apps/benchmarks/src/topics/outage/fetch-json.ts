/** The JSON that a server of this run answers with. */
export async function fetchJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { method: 'POST' });
  return (await response.json()) as T;
}
