/** What can end a run without a result. */
export type DemoErrorCode =
  | 'FOLDER_FOREIGN'
  | 'FOLDER_IN_USE'
  | 'FOLDER_NOT_WRITABLE'
  | 'OPERATOR_REFUSED'
  | 'SERVER_ENDED'
  | 'SERVER_NOT_STARTED'
  | 'STALLED'
  | 'UPLOAD_INCOMPLETE';

/** A run that could not go on. The message says what happened and where, `advice` what to do about it. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code: DemoErrorCode;
  readonly advice: string;

  constructor(code: DemoErrorCode, message: string, advice: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.advice = advice;
  }
}
