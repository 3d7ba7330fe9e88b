/** Wrong command lines, in the words of all other errors: commander's messages with the name that was most likely meant. */
import { suggest } from '../language/suggest.ts'

/** What commander says, and what we say instead. `usage` is that of the command: `report [options] <file>`. */
type Rewording = (parts: readonly string[], usage: string) => string

const REWORDINGS: readonly (readonly [RegExp, Rewording])[] = [
  [
    /^error: option '(?:-\w, )?(--.*?)' argument '([^]*)' is invalid\. ([^]*)$/,
    ([option = '', value = '', why = '']) => refused(option, value, why),
  ],
  [
    /^error: command-argument value '([^]*)' is invalid for argument '(.*?)'\. ([^]*)$/,
    ([value = '', argument = '', why = '']) => refused(argument, value, why),
  ],
  [
    /^error: missing required argument '(.*)'$/,
    ([argument = ''], usage) => `<${argument}> is missing: postern ${usage}`,
  ],
  [/^error: ([^]*)$/, ([text = '']) => text],
]

export function usageError(message: string, usage: string): string {
  for (const [pattern, reword] of REWORDINGS) {
    const found = pattern.exec(message.trimEnd())
    if (found) return `postern: ${reword(found.slice(1), usage)}`
  }
  return message
}

function refused(what: string, value: string, why: string): string {
  const [, choices] = /^Allowed choices are (.*)\.$/.exec(why) ?? []
  const said = `\`${what}\` cannot be \`${value}\``
  if (choices === undefined) return `${said}. ${why}`
  const near = suggest(value, choices.split(', '))
  return `${said}; ${near === undefined ? `it is one of ${choices}` : `did you mean \`${near}\`?`}`
}
