/** A main.cf as a text. */
import { Parameters, settingsIn } from '../../../../src/compiler/import/postfix/main-cf.ts'
import { startOf } from '../../../../src/language/diagnostic.ts'

export const MAIN = '/etc/postfix/main.cf'

export function parameters(text: string): Parameters {
  return new Parameters(new Map(settingsIn(text, MAIN).map(({ name, value }) => [name, value])), startOf(MAIN))
}
