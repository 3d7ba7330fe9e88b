/** `enabled`: whether a rule is there at all, decided at load by the parameters of its plugin. */
import type { Report } from '../language/diagnostic.ts'
import { type MapEntry, valueOf, type YamlNode } from '../language/node.ts'
import type { ParamDeclaration } from '../language/files/plugin-file.ts'
import { checkSchema } from '../language/schema/check.ts'
import { didYouMean } from '../language/fix.ts'
import { type BoundParam, type BoundParams, paramSchema, settle } from './params.ts'

/**
 * Every key is a parameter, every value one of those wanted; `{ exists: … }` asks whether it was given, `{ not: … }`
 * inverts. False too when the condition is wrong; that has been reported then.
 */
export function isEnabled(condition: YamlNode | undefined, params: BoundParams, report: Report): boolean {
  if (condition?.kind !== 'map') return true
  const met = condition.entries.map((entry) => {
    const bound = params.get(entry.key.value)
    if (!bound) return unknownParam(entry, params, report)
    return isSound(entry.value, bound.declaration, report) && isWanted(entry.value, bound)
  })
  return met.every(Boolean)
}

function unknownParam({ key }: MapEntry, params: BoundParams, report: Report): false {
  report.add({
    code: 'CFG111',
    at: key.at,
    message: `\`enabled\` asks for an unknown parameter \`${key.value}\``,
    ...didYouMean(key, key.value, params.keys()),
    help: `parameters: ${[...params.keys()].join(', ')}`,
  })
  return false
}

/** A value that the parameter cannot have would switch the rule off for good, unseen. */
function isSound(wanted: YamlNode, declaration: ParamDeclaration, report: Report): boolean {
  if (wanted.kind === 'seq' && wanted.items.length === 0) return reportEmpty(wanted, report)
  if (wanted.kind === 'seq') return wanted.items.map((item) => isSound(item, declaration, report)).every(Boolean)
  if (wanted.kind === 'map')
    return wanted.entries.map((entry) => isSoundTest(entry, declaration, report)).every(Boolean)
  return checkSchema(wanted, paramSchema(declaration), report, { what: `parameter \`${declaration.name}\`` })
}

function reportEmpty({ at }: YamlNode, report: Report): false {
  const help = 'name at least one value, or delete the rule'
  report.add({ code: 'CFG107', at, message: 'an empty list of values is never met', help })
  return false
}

function isSoundTest({ key, value }: MapEntry, declaration: ParamDeclaration, report: Report): boolean {
  if (key.value === 'exists') return checkSchema(value, { type: 'boolean' }, report, { what: '`exists`' })
  if (key.value === 'not') return isSound(value, declaration, report)
  report.add({
    code: 'CFG108',
    at: key.at,
    message: `unknown operator \`${key.value}\` in \`enabled\``,
    help: 'write a value, a list of values, `{ not: … }` or `{ exists: true }`',
  })
  return false
}

/** Of a parameter with several values, any is enough. */
function isWanted(wanted: YamlNode, bound: BoundParam): boolean {
  const { value, declaration } = bound
  if (wanted.kind === 'seq') return wanted.items.some((item) => isWanted(item, bound))
  if (wanted.kind === 'map') {
    const exists = valueOf(wanted, 'exists')
    const unwanted = valueOf(wanted, 'not')
    const isThere = exists?.kind !== 'scalar' || (value !== undefined) === exists.value
    return isThere && (!unwanted || !isWanted(unwanted, bound))
  }
  if (value?.kind === 'seq') return value.items.some((item) => isWanted(wanted, { ...bound, value: item }))
  const settled = settle(wanted, declaration, '/')
  return value?.kind === 'scalar' && settled.kind === 'scalar' && value.value === settled.value
}
