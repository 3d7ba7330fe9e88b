/**
 * Notes of a whole site: who writes each, with which type and scope, and who reads it.
 *
 * A note's scope follows from the hook that writes it unless its plugin declares one: what is learnt before MAIL lasts
 * for the connection, the rest for the transaction.
 */
import { comesAfter, HOOK_TABLE, type Hook } from '../core/hook.ts'
import type { NoteScope } from '../core/notes.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import type { NoteDeclaration } from '../language/plugin-file.ts'
import { suggest } from '../language/suggest.ts'

export type NoteType = NoteDeclaration['type']

interface Use {
  readonly plugin: string
  readonly hook: Hook
  readonly rule: string | undefined
  readonly at: Span
}

interface Write extends Use {
  readonly type: NoteType
}

export class NoteBook {
  readonly #declared = new Map<string, NoteDeclaration>()
  readonly #writes = new Map<string, Write[]>()
  readonly #reads: (Use & { readonly name: string })[] = []

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
  check(report: Report, { hasCode }: { readonly hasCode: boolean }): void {
    for (const [name, writes] of this.#writes) checkWriters(name, writes, this.#declared.get(name)?.type, report)
    if (hasCode) return
    for (const read of this.#reads) this.#checkReader(read, report)
  }

  #checkReader({ name, at, hook, rule }: Use & { readonly name: string }, report: Report): void {
    const writes = this.#writes.get(name)
    const common = { code: 'NOT801', at, hook, ...(rule !== undefined && { rule }) } as const
    if (!writes) {
      if (this.#declared.has(name)) return
      const near = suggest(name, [...this.#writes.keys()])
      report.add({
        ...common,
        message: `note \`${name}\` is read, but nothing sets it`,
        help: near ? `did you mean \`note.${near}\`?` : `set it in an earlier rule: \`set: { note.${name}: … }\``,
      })
      return
    }
    if (this.#outlivesTransactions(name) || writes.some((write) => runsBefore(write.hook, hook))) return
    const [first] = writes
    if (!first) return
    report.add({
      ...common,
      message: `note \`${name}\` is read before anything sets it`,
      label: `read in hook \`${hook}\``,
      labels: [{ ...first.at, text: `first set here, in hook \`${first.hook}\`, which runs later` }],
      help: `set it in \`${hook}\` or in an earlier hook`,
    })
  }

  /** Declared so: what one transaction sets, the next one reads from its start. */
  #outlivesTransactions(name: string): boolean {
    return this.#declared.get(name)?.scope === 'connection'
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
