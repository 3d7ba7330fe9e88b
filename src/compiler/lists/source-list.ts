/** Lists outside as conditions ask them: key by key, the first that is found decides. Not being told is unknown. */
import type { HookContext } from '../../core/context.ts'
import { isKnownAt } from '../../core/hook.ts'
import { type SourceSpec, takesWholeValue } from '../../core/source.ts'
import type { Span } from '../../language/diagnostic.ts'
import { type Comparison, type Compared, FAILS, inIndex } from '../rules/comparison.ts'
import type { NamedList } from './list-registry.ts'
import { sourceKeys, wholeKey } from './source-keys.ts'
import { inOwn } from './own-list.ts'
import { complain, moreCareful, type Scope } from '../rules/scope.ts'

/** A rule that names a list outside and does not say what unknown means defers: its source may be away. */
export function inNamed(list: NamedList, at: Span, scope: Scope): Comparison | undefined {
  if (list.source) scope.words.onUnknown = moreCareful(scope.words.onUnknown, 'defer')
  if (list.source?.perRecipient && !isOwnKnown(list, at, scope)) return undefined
  return comparisonWith(list)
}

function comparisonWith({ source, index, otherwise }: NamedList): Comparison | undefined {
  if (!source) return index && inIndex(index)
  return source.perRecipient ? inOwn(source, otherwise && comparisonWith(otherwise)) : inSource(source)
}

/** Whose list it is has to be known, and after DATA recipients may differ in it. */
function isOwnKnown(list: NamedList, at: Span, scope: Scope): boolean {
  if (isKnownAt('recipient', scope.hook)) {
    scope.own.ask(list, at)
    scope.split.readWhole(scope, at)
    return true
  }
  complain(scope, {
    code: 'HOK402',
    at,
    message: `each recipient has its own \`${list.name}\`, and nobody knows the recipient yet in hook \`${scope.hook}\``,
    label: 'available from hook `rcpt` on',
    help: 'move the rule to the `rcpt` chain',
  })
  return false
}

export function inSource(source: SourceSpec): Comparison {
  const keysOf = takesWholeValue(source) ? wholeKey : sourceKeys
  return (value, context) => {
    const keys = keysOf(source.kind, value)
    return keys.length === 0 ? FAILS : askFor(keys, source, context)
  }
}

/** Clients may bring many values. When the time of the rule is up nobody waits for the rest. */
async function askFor(keys: readonly string[], source: SourceSpec, { ports, signal }: HookContext): Promise<Compared> {
  const { sources } = ports
  if (!sources) return { truth: 'unknown', because: `${source.shown} cannot be asked from here` }
  for (const key of keys) {
    if (signal?.aborted) return { truth: 'unknown', because: `${source.shown}: the time is up` }
    const answer = await sources.lookup(source, key)
    if (answer.kind === 'failed')
      return { truth: 'unknown', because: `\`${key}\` in ${source.shown}: ${answer.because}` }
    if (answer.kind === 'found') return found(key, answer.values, source)
  }
  return FAILS
}

function found(key: string, [value = '']: readonly string[], { shown }: SourceSpec): Compared {
  const entry = { text: key, reason: value === '' ? undefined : value, at: shown }
  return { truth: 'hit', because: `\`${key}\` in ${shown}`, entry }
}
