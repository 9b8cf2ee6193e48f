import { useEffect, useState } from 'react';

/** How long nobody must have typed. */
const QUIET_MS = 400;

/** The value, once it has not changed for a moment: nothing is asked for every key. Values are compared as JSON. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text === undefined ? undefined : JSON.parse(text)), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
