/** master.cf(5): where smtpd listens, and what is said of each of these services alone (`-o name=value`). */
import type { PlacedText } from '../placed-text.ts'
import { logicalLines, settingIn, withoutBraces, wordsOf } from './logical-lines.ts'
import type { Setting } from './main-cf.ts'

export interface Service {
  /** `smtp`, `127.0.0.1:10025`. */
  readonly name: PlacedText
  readonly command: string
  readonly overrides: readonly Setting[]
}

/** Services that take connections from outside. */
export function inetServices(text: string, file: string): readonly Service[] {
  return logicalLines(text, file).flatMap((line) => {
    const [name, type, , , , , , command, ...args] = wordsOf(line, /\s/)
    return name && type?.text === 'inet' && command
      ? [{ name, command: command.text, overrides: overridesIn(args) }]
      : []
  })
}

function overridesIn(args: readonly PlacedText[]): readonly Setting[] {
  return args.flatMap((word, index) => {
    if (!word.text.startsWith('-o')) return []
    const given = word.text === '-o' ? args[index + 1] : word.slice(2)
    const setting = given && settingIn(withoutBraces(given))
    return setting ? [{ name: setting.name.text, value: setting.value, at: given.at }] : []
  })
}

const PORTS: Readonly<Record<string, number>> = { smtp: 25, submission: 587, submissions: 465, smtps: 465, lmtp: 24 }

export interface Place {
  readonly address: string | undefined
  readonly port: number
}

/** Undefined for a port that has no number here. */
export function placeOf(name: string): Place | undefined {
  const [, address, port = ''] = /^(?:(.*):)?([^:]*)$/.exec(name) ?? []
  const number = PORTS[port] ?? (/^\d{1,5}$/.test(port) ? Number(port) : undefined)
  return number === undefined ? undefined : { address: address?.replace(/^\[|\]$/g, ''), port: number }
}
