/** What a fault says, for logs and findings. Anything may be thrown; what is no Error is its own text. */
export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

/** The code of a fault of Node or the system, such as `ENOENT` or `ETIMEDOUT`; undefined for a fault without one. */
export function errorCode(fault: unknown): string | undefined {
  return fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined
}

/** With where it comes from, for what nobody expected. */
export function stackOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
}
