/** How a file is sent, by its name: JSON as such, everything else as NDJSON; what is gzipped stays so on the way. */
export function uploadHeaders(fileName: string): Readonly<Record<string, string>> {
  const name = fileName.toLowerCase();
  const gzipped = name.endsWith('.gz');
  const json = (gzipped ? name.slice(0, -3) : name).endsWith('.json');
  return {
    'content-type': json ? 'application/json' : 'application/x-ndjson',
    ...(gzipped ? { 'content-encoding': 'gzip' } : {}),
  };
}
