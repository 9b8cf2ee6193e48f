import { useState } from 'react';
import type { z } from 'zod';
import { isApiError } from '../api/api-error.ts';
import { faultText } from './fault-text.ts';

/** What a field needs to know: what is typed, and what is wrong with it once that may be said. */
export interface FieldState<T> {
  readonly name: string;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly onBlur: () => void;
  readonly error: string | undefined;
}

interface FormOptions<V extends Record<string, string | boolean>, S extends z.ZodType> {
  /** The platform's own schema for what is sent. */
  readonly schema: S;
  readonly initial: V;
  /** What was typed, as the schema wants it. Field names are the names of the schema's fields. */
  readonly read: (values: V) => unknown;
}

/**
 * A form that is checked while it is typed, by the schema that the platform checks with. What is wrong with a field is said
 * once it was changed or left; all of it once somebody tried to send.
 */
export function useForm<V extends Record<string, string | boolean>, S extends z.ZodType>({
  schema,
  initial,
  read,
}: FormOptions<V, S>) {
  const [values, setValues] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Readonly<Record<string, string>>>({});

  // Cheap enough for every key: a handful of fields.
  const input = read(values);
  const result = schema.safeParse(input);
  const faults = result.success ? {} : faultsByField(result.error, input);

  const touch = (name: string) => setTouched((before) => (before.has(name) ? before : new Set(before).add(name)));
  const set = <K extends keyof V & string>(name: K, value: V[K]) => {
    setValues((before) => ({ ...before, [name]: value }));
    setRefused(({ [name]: _, ...others }) => others);
    touch(name);
  };

  return {
    values,
    /** What is sent; undefined while something is wrong. */
    data: result.success ? result.data : undefined,
    dirty: Object.keys(initial).some((name) => values[name] !== initial[name]),
    set,
    field: <K extends keyof V & string>(name: K): FieldState<V[K]> => ({
      name,
      value: values[name],
      onChange: (value) => set(name, value),
      onBlur: () => touch(name),
      error: refused[name] ?? (tried || touched.has(name) ? faults[name] : undefined),
    }),
    /** What is wrong with the whole rather than with one field. */
    wholeError: tried ? faults[''] : undefined,
    /** The data, or undefined after showing everything that is wrong and focusing the first field of it. */
    submit: (): z.output<S> | undefined => {
      setTried(true);
      if (result.success) return result.data;
      const first = Object.keys(values).find((name) => faults[name] !== undefined);
      if (first !== undefined) document.getElementsByName(first)[0]?.focus();
      return undefined;
    },
    /** Whether a field says what the platform had against the last try. */
    isRefused: Object.keys(refused).length > 0,
    /** Puts the platform's refusal to the field it names; false when it names none, for the page to show it. */
    refuse: (error: unknown): boolean => {
      const fault = isApiError(error) ? namedFault(error.message, Object.keys(initial)) : undefined;
      if (fault === undefined) return false;
      setRefused((before) => ({ ...before, [fault.name]: fault.text }));
      return true;
    },
    reset: (next: V = initial) => {
      setValues(next);
      setTouched(new Set());
      setTried(false);
      setRefused({});
    },
  };
}

/** The first fault of each field; under '' what concerns the whole. */
export function faultsByField(error: z.ZodError, input: unknown): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const issue of error.issues) {
    const value = issue.path.reduce((whole: unknown, part) => (whole as Record<PropertyKey, unknown>)?.[part], input);
    faults[String(issue.path[0] ?? '')] ??= faultText(issue, value);
  }
  return faults;
}

/** The field a refusal such as `base_url: must be …` is about. */
export function namedFault(message: string, names: readonly string[]): { name: string; text: string } | undefined {
  const [, name, text] = /^(?:body\.|body\/)?(\w+): (.+)$/s.exec(message) ?? [];
  if (name === undefined || text === undefined || !names.includes(name)) return undefined;
  return { name, text: text.charAt(0).toUpperCase() + text.slice(1) };
}
