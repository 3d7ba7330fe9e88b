/**
 * Notes of a whole site: who writes each, with which type and scope, and who reads it.
 *
 * A note's scope follows from the hook that writes it unless its plugin declares one: what is learnt before MAIL lasts
 * for the connection, the rest for the transaction.
 */
import { comesAfter, HOOK_TABLE, type Hook } from '../../core/hook.ts'
import type { NoteScope } from '../../core/notes.ts'
import type { Finding, Report, Span } from '../../language/diagnostic.ts'
import type { NoteDeclaration } from '../../language/files/plugin-file.ts'
import { didYouMeanAt } from '../../language/fix.ts'

export type NoteType = NoteDeclaration['type']

interface Use {
  readonly plugin: string
  readonly hook: Hook
  readonly rule: string | undefined
  readonly at: Span
}

interface Write extends Use {
  readonly type: NoteType
  /** Name of the plugin as the site loads it. */
  readonly instance: string
}

interface Read extends Use {
  /** Of the note. */
  readonly name: string
}

/** Plugins as the site loads them, in their order. */
type Order = readonly string[]

/** Hooks that are asked once in a connection, and once in a transaction: there a rule reads nothing that a later one sets. */
const ONCE: Readonly<Record<NoteScope, readonly Hook[]>> = {
  connection: ['pre_connection', 'connect'],
  transaction: ['mail', 'data', 'data_headers_end'],
  recipient: [],
}

export class NoteBook {
  readonly #declared = new Map<string, NoteDeclaration>()
  readonly #writes = new Map<string, Write[]>()
  readonly #reads: Read[] = []

  declare(notes: readonly NoteDeclaration[]): void {
    for (const note of notes) this.#declared.set(note.name, note)
  }

  write(name: string, write: Write): void {
    this.#writes.set(name, [...(this.#writes.get(name) ?? []), write])
  }

  /** One for all its writers, the longest: a sum over two lifetimes would be none. */
  scopeOf(name: string): NoteScope {
    const scopes = this.#writes.get(name)?.map(({ hook }) => scopeAt(hook)) ?? []
    return this.#declared.get(name)?.scope ?? (scopes.includes('connection') ? 'connection' : 'transaction')
  }

  read(name: string, use: Use): void {
    this.#reads.push({ ...use, name })
  }

  /** The type readers may rely on; undefined while nothing says. Writers are collected before rules are compiled. */
  typeOf(name: string): NoteType | undefined {
    return this.#declared.get(name)?.type ?? this.#writes.get(name)?.[0]?.type
  }

  /** What can be said only when the whole site has been read. TypeScript plugins may write any note. */
  check(report: Report, { hasCode, order }: { readonly hasCode: boolean; readonly order: Order }): void {
    for (const [name, writes] of this.#writes) checkWriters(name, writes, this.#declared.get(name)?.type, report)
    if (hasCode) return
    for (const read of this.#reads) this.#checkReader(read, order, report)
  }

  #checkReader(read: Read, order: Order, report: Report): void {
    const { name, hook } = read
    const writes = this.#writes.get(name)
    if (!writes) {
      if (!this.#declared.has(name)) report.add(neverSet(read, this.#writes.keys()))
      return
    }
    if (writes.some((write) => this.#isSetBefore(name, write, read, order))) return
    const first = writes.find((write) => write.hook === hook) ?? writes[0]
    if (first) report.add(setTooLate(read, first))
  }

  /** What a rule sets, it does not read itself: its condition is asked before. */
  #isSetBefore(name: string, write: Write, read: Use, order: Order): boolean {
    if (write.hook !== read.hook) return this.#outlivesTransactions(name) || runsBefore(write.hook, read.hook)
    if (!ONCE[this.scopeOf(name)].includes(read.hook)) return true
    if (write.instance !== read.plugin) return order.indexOf(write.instance) < order.indexOf(read.plugin)
    return write.rule !== read.rule && write.at.range.start.offset < read.at.range.start.offset
  }

  /** Declared so: what one transaction sets, the next one reads from its start. */
  #outlivesTransactions(name: string): boolean {
    return this.#declared.get(name)?.scope === 'connection'
  }
}

const LATER_RULE = 'first set here, by a rule that is asked later'

function findingAt({ at, hook, rule }: Read): Pick<Finding, 'code' | 'at' | 'hook' | 'rule'> {
  return { code: 'NOT801', at, hook, ...(rule !== undefined && { rule }) }
}

function neverSet(read: Read, known: Iterable<string>): Finding {
  const { name, at } = read
  return {
    ...findingAt(read),
    message: `note \`${name}\` is read, but nothing sets it`,
    ...didYouMeanAt(at, name, known, 'note.'),
    help: `set it in an earlier rule: \`set: { note.${name}: … }\``,
  }
}

function setTooLate(read: Read, first: Write): Finding {
  const { name, hook } = read
  const isSameHook = first.hook === hook
  return {
    ...findingAt(read),
    ...(isSameHook && { severity: 'warning' }),
    message: `note \`${name}\` is read before anything sets it`,
    label: `read in hook \`${hook}\``,
    labels: [
      { ...first.at, text: isSameHook ? LATER_RULE : `first set here, in hook \`${first.hook}\`, which runs later` },
    ],
    help: isSameHook ? 'move the rule that sets it up' : `set it in \`${hook}\` or in an earlier hook`,
  }
}

function scopeAt(hook: Hook): NoteScope {
  const { stage } = HOOK_TABLE[hook]
  return stage === 'accept' || stage === 'connection' || stage === 'greeting' || stage === 'any'
    ? 'connection'
    : 'transaction'
}

function runsBefore(writer: Hook, reader: Hook): boolean {
  const isFree = HOOK_TABLE[writer].stage === 'any' || HOOK_TABLE[reader].stage === 'any'
  return isFree || writer === reader || comesAfter(reader, writer)
}

function checkWriters(name: string, writes: readonly Write[], declared: NoteType | undefined, report: Report): void {
  const [first] = writes
  if (!first) return
  const type = declared ?? first.type
  const wrong = writes.find((write) => write.type !== type)
  const other = writes.find((write) => write.plugin !== first.plugin)
  const at = wrong ?? other
  if (!at) return
  report.add({
    code: 'NOT802',
    severity: wrong ? 'error' : 'warning',
    at: at.at,
    hook: at.hook,
    ...(at.rule !== undefined && { rule: at.rule }),
    message: wrong
      ? `note \`${name}\` is a ${type} elsewhere, and this sets a ${wrong.type}`
      : `note \`${name}\` has two owners: plugin \`${first.plugin}\` sets it too`,
    labels: at === first ? [] : [{ ...first.at, text: `set here by \`${first.plugin}\`` }],
    help: 'a note has one owner, one type and one lifetime; give this one another name',
  })
}
