/** What a fault says, for logs and findings. Anything may be thrown; what is no Error is its own text. */
export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}

/** With where it comes from, for what nobody expected. */
export function stackOf(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
}
