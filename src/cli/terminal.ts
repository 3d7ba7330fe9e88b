/** Where commands write: the report to standard output, talk to standard error. */
import { styleText } from 'node:util'

export interface Terminal {
  /** The report. */
  print(text: string): void
  /** Everything else. */
  talk(text: string): void
  /** Progress of long work: only on a terminal, one line that is written over. */
  progress(text: string): void
  readonly color: boolean
}

type Style = Parameters<typeof styleText>[0]

export function openTerminal(): Terminal {
  const { stdout, stderr, env } = process
  const color = env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? env['FORCE_COLOR'] !== '0' : stdout.isTTY === true
  let progressed = false
  const clear = (): void => {
    if (progressed) stderr.write('\r\x1b[K')
    progressed = false
  }
  // A reader such as `head` that went away ends the report, not the program.
  stdout.on('error', () => undefined)
  return {
    color,
    print(text) {
      clear()
      stdout.write(`${text}\n`)
    },
    talk(text) {
      clear()
      stderr.write(`${text}\n`)
    },
    progress(text) {
      if (!stderr.isTTY) return
      stderr.write(`\r\x1b[K${text}`)
      progressed = true
    },
  }
}

export function painter(color: boolean): (style: Style, text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
}
