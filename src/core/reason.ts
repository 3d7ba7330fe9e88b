/** What a fault says, for logs and findings. Anything may be thrown; what is no Error is its own text. */
export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
