/** The next server was not there, not in time, not speaking SMTP, or wants none of us now. Another one may do. */
export class HostFault extends Error {
  override readonly name = 'HostFault'
  /** Enhanced status code (RFC 3463), class 4. */
  readonly status: string

  constructor(message: string, status: string) {
    super(message)
    this.status = status
  }
}
