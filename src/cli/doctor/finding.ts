/** What the doctor says about one thing. */
export type Status = 'ok' | 'warning' | 'error'

export interface Finding {
  /** What was looked at: `listener mx`, `zone bl.example`. */
  readonly about: string
  readonly status: Status
  readonly message: string
  /** What to do about it. */
  readonly help?: string
}

export function ok(about: string, message: string): Finding {
  return { about, status: 'ok', message }
}

export function warning(about: string, message: string, help?: string): Finding {
  return { about, status: 'warning', message, ...(help !== undefined && { help }) }
}

export function error(about: string, message: string, help?: string): Finding {
  return { about, status: 'error', message, ...(help !== undefined && { help }) }
}
