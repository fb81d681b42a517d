/** A failure of the world: a disk, a network, a broken file. `code` is for programs, the message for developers. */
export class MadangError extends Error {
  readonly code: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'MadangError'
    this.code = code
    this.retryable = options.retryable
  }
}
