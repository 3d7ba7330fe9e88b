/** Where the entries of an access table are: its own file where that says the same here, else a copy, or the rule itself. */
import { isIpFault, parseNetwork } from '../../../core/net/ip.ts'
import type { ListKind } from '../../../core/list.ts'
import type { Json } from '../draft.ts'
import type { Example } from '../first-tests.ts'
import { isListOf } from '../list-lines.ts'
import type { Asked, Entries, Line } from './access-lines.ts'
import { type Action, withoutGroups } from './actions.ts'
import type { PostfixContext } from './context.ts'

export function suffixOf({ isIp, isUser }: Asked): string {
  return isIp ? '-addresses' : isUser ? '-users' : ''
}

export type Verdict = Extract<Action, { readonly kind: 'permit' | 'dunno' | 'refuse' }>

export function isVerdict(action: Action): action is Verdict {
  return action.kind === 'permit' || action.kind === 'dunno' || action.kind === 'refuse'
}

export function codeOf(action: Verdict): string {
  return action.kind === 'refuse' ? action.code : action.kind === 'permit' ? 'OK' : 'DECLINED'
}

export interface ListUse {
  readonly asked: Asked
  readonly table: Entries
  readonly uniform: Verdict | undefined
}

export function listSpec(
  lines: readonly Line[],
  actions: ReadonlyMap<Line, Action>,
  use: ListUse,
  context: PostfixContext,
): Json {
  const { asked, table, uniform } = use
  const { path, name } = table
  if (path !== undefined && uniform && isUsableInPlace(lines, table, asked.of, context))
    return { file: path, of: asked.of }
  const rows = lines.flatMap((line) => {
    const reason = reasonFor(line, actions.get(line), uniform)
    return line.keys.map((key) => `${key}${reason === '' ? '' : ` ${reason}`}`)
  })
  if (path === undefined && uniform) return { entries: lines.flatMap(({ keys }) => keys), of: asked.of }
  const at = (lines[0]?.entry.key ?? table.use.table).at
  const from = path ?? at.file
  const copy = context.copy(`${table.use.id}${suffixOf(asked)}`, `# Made from ${from}\n${rows.join('\n')}\n`, [from])
  context.findings.copied({ ...at, ...(path !== undefined && { file: path }) }, name, copy)
  return { file: copy, of: asked.of }
}

function reasonFor({ entry }: Line, action: Action | undefined, uniform: Verdict | undefined): string {
  if (uniform || !action) return ''
  if (!isVerdict(action)) return reasonOf(entry.value.text)
  const text = action.kind === 'refuse' ? withoutGroups(action.text) : ''
  return `${codeOf(action)} ${text}`.trim()
}

export function reasonOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** Every line of the file is a line of such a list, with the same key. */
function isUsableInPlace(
  lines: readonly Line[],
  { entries, path = '', isCidr }: Entries,
  of: ListKind,
  { environment }: PostfixContext,
): boolean {
  const isSame =
    lines.length === entries.length && lines.every(({ keys, entry }) => keys.length === 1 && keys[0] === entry.key.text)
  if (!isSame || (isCidr && lines.some(({ entry }) => /[[\]!]/.test(entry.key.text)))) return false
  return isListOf(of, environment.sources.get(path) ?? '', path, entries.length)
}

/** Somebody whom the list refuses, unless a rule before it lets everybody like that in. */
export function addExample(
  lines: readonly Line[],
  actions: ReadonlyMap<Line, Action>,
  asked: Asked,
  list: string,
  context: PostfixContext,
): void {
  const line = lines.find((one) => {
    const action = actions.get(one)
    return action?.kind === 'refuse' && one.keys[0]?.startsWith('.') === false
  })
  const [key = ''] = line?.keys ?? []
  const example = exampleFor(asked, key, list)
  if (example) context.examples.push(example)
}

function exampleFor({ fact, of }: Asked, key: string, list: string): Example | undefined {
  if (of === 'ip') {
    const network = parseNetwork(key)
    return isIpFault(network) || network.version !== 4 || network.prefix !== 32
      ? undefined
      : { of: 'remote_ip', value: key, list }
  }
  if (fact === 'sender' || fact === 'rcpt')
    return key === '' ? undefined : { of: fact, value: key.includes('@') ? key : `someone@${key}`, list }
  return fact === 'helo' && key !== '' ? { of: 'helo', value: key, list } : undefined
}
