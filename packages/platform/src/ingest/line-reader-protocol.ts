/** What is asked of the thread that reads lines, and what comes back. */
export interface LineReaderCalls {
  read: {
    takes: {
      /** The lines, one behind the other, and where each of them ends. */
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly ends: Uint32Array<ArrayBuffer>;
      readonly now: number;
    };
    gives: {
      /** Of each accepted update, in the order of the lines. */
      readonly users: readonly string[];
      readonly texts: readonly string[];
      /** Of the other lines, by their places among those given. */
      readonly faults: readonly (readonly [place: number, path: string, message: string])[];
    };
  };
}
