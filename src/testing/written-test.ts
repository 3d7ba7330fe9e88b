/**
 * A session and what came of it as a test in YAML: it holds with the rules that decided, and says so when others decide
 * something else.
 */
import type { Decision } from '../core/decision.ts'
import { yamlFlow, yamlText } from '../language/yaml/text.ts'
import { isAfterwards } from './offline-session.ts'
import type { SessionRecord } from './session-record.ts'
import type { Expectation } from './test-case.ts'

/** `site`: the site file, named as seen from where the suite will be. */
export function suiteHead(site: string): string {
  return `suite: what was explained\nsite: ${yamlText(site)}\ntests:`
}

export interface WhatCame {
  readonly decisions: readonly Decision[]
  readonly accepted: readonly string[]
}

/** An item of `tests:`. `record` answers all that is asked. */
export function writtenTest(record: SessionRecord, came: WhatCame): string {
  const spoken = spokenIn(came.decisions)
  const given = Object.entries(record).map(([key, value]) => `      ${key}: ${yamlFlow(value)}`)
  const expected = [...spoken.map(expectationOf), { accepted: came.accepted }]
  return [
    `  - name: ${yamlText(nameOf(spoken.at(-1), record))}`,
    '    given:',
    ...given,
    '    expect:',
    ...expected.map((one) => `      - ${yamlFlow(one)}`),
  ].join('\n')
}

/** Where somebody decided, or the client was refused; of several at one place the first, which is what tests look at. */
function spokenIn(decisions: readonly Decision[]): readonly Decision[] {
  const places = new Set<string>()
  return decisions.filter(({ hook, rcpt, rule, reply }) => {
    const place = JSON.stringify([hook, rcpt])
    const isFirst = !places.has(place)
    places.add(place)
    return isFirst && !isAfterwards(hook) && (rule !== undefined || /^[45]/.test(reply))
  })
}

function expectationOf({ hook, rcpt, return: code, plugin, rule, reply }: Decision): Expectation {
  const [beginning] = /^\d{3}(?: \d\.\d{1,3}\.\d{1,3})?/.exec(reply) ?? []
  return {
    hook,
    ...(rcpt !== undefined && { rcpt }),
    return: code,
    ...(beginning !== undefined && { reply: beginning }),
    ...(plugin !== undefined && { plugin }),
    rule: rule ?? 'none',
  }
}

function nameOf(last: Decision | undefined, { remote_ip: ip, sender, rcpt }: SessionRecord): string {
  const from = [ip, sender === '' ? '<>' : sender].filter((one) => one !== undefined)
  const to = [rcpt ?? []].flat()
  const who = [from.join(', ') || 'a client', ...(to.length > 0 ? [to.join(', ')] : [])].join(' to ')
  if (!last) return `${who}: nobody decides`
  const by = last.rule === undefined ? 'no rule' : `${last.plugin}/${last.rule}`
  return `${who}: ${last.return} at ${last.hook} by ${by}`
}
