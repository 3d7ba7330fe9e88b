/**
 * Notes of a whole site: who writes each, with which type and scope, and who reads it.
 *
 * A note's scope follows from the hook that writes it unless its plugin declares one: what is learnt before MAIL lasts
 * for the connection, the rest for the transaction.
 */
import { HOOK_TABLE, type Hook } from '../core/hook.ts'
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

  scopeOf(name: string, hook: Hook): NoteScope {
    return this.#declared.get(name)?.scope ?? scopeAt(hook)
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
    for (const [name, writes] of this.#writes) checkWriters(name, writes, report)
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
    if (writes.some((write) => runsBefore(write.hook, hook))) return
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
}

function scopeAt(hook: Hook): NoteScope {
  const { stage } = HOOK_TABLE[hook]
  return stage === 'accept' || stage === 'connection' || stage === 'greeting' || stage === 'any'
    ? 'connection'
    : 'transaction'
}

const ORDER = ['accept', 'connection', 'greeting', 'sender', 'recipient', 'envelope', 'headers', 'message'] as const

function runsBefore(writer: Hook, reader: Hook): boolean {
  const [written, wanted] = [HOOK_TABLE[writer].stage, HOOK_TABLE[reader].stage]
  if (written === 'any' || wanted === 'any') return true
  return ORDER.indexOf(written) <= ORDER.indexOf(wanted)
}

function checkWriters(name: string, writes: readonly Write[], report: Report): void {
  const [first] = writes
  if (!first) return
  for (const write of writes) {
    const other =
      write.plugin !== first.plugin
        ? 'another plugin sets it too'
        : write.type !== first.type
          ? `it is ${first.type} elsewhere`
          : undefined
    if (other === undefined) continue
    report.add({
      code: 'NOT802',
      severity: write.type === first.type ? 'warning' : 'error',
      at: write.at,
      hook: write.hook,
      message: `note \`${name}\` has two owners: ${other}`,
      labels: [{ ...first.at, text: `set here by \`${first.plugin}\`` }],
      help: 'a note has one owner, one type and one lifetime; give this one another name',
    })
    return
  }
}
