import { EXIT } from '../exit-codes.ts';

/** What ended a command, for code to match on. */
export type CliErrorCode = 'USAGE' | 'FAILED' | 'UNREACHABLE' | 'REFUSED';

const EXITS: Record<CliErrorCode, number> = {
  USAGE: EXIT.usage,
  FAILED: EXIT.failure,
  UNREACHABLE: EXIT.unreachable,
  REFUSED: EXIT.refused,
};

/** An error a command ends with on purpose; its message is one sentence for people. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly exitCode: number;
  readonly retryable: boolean;

  constructor(code: CliErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.exitCode = EXITS[code];
    this.retryable = code === 'UNREACHABLE';
  }
}
