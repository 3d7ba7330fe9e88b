/** `regex` and `glob`: patterns in place, and what is wrong with one, at the character that is wrong. */
import type { FactValue } from '../../core/fact.ts'
import { formatFact } from '../../core/facts.ts'
import type { Finding } from '../../language/diagnostic.ts'
import { writeInstead } from '../../language/fix.ts'
import type { ScalarNode, YamlNode } from '../../language/node.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
import { type Comparison, when } from './comparison.ts'
import { globToRegex } from '../glob.ts'
import { compileRegex } from '../regex/regex.ts'
import { IN_SLASHES, withoutSlashes } from '../regex/slashes.ts'
import { complain, type Scope } from './scope.ts'

/** As patterns and parts of texts see it: there is nothing to find in the null sender. */
export function textOf(value: FactValue): string {
  return typeof value === 'object' && 'kind' in value && value.kind === 'null' ? '' : formatFact(value)
}

export function scalars(node: YamlNode): readonly ScalarNode[] {
  if (node.kind === 'scalar') return [node]
  return node.kind === 'seq' ? node.items.flatMap(scalars) : []
}

export function compilePatterns(operand: YamlNode, scope: Scope): Comparison | undefined {
  const patterns = scalars(operand).map((scalar) => compilePattern(scalar, String(scalar.value), scope))
  const tests = patterns.filter((test) => test !== undefined)
  if (tests.length < patterns.length) return undefined
  for (const scalar of scalars(operand)) warnOfSlashes(scalar, scope)
  return (value) => {
    const text = textOf(value)
    const found = tests.find(({ test }) => test(text))
    return found ? { truth: 'hit', because: `\`${found.source}\`` } : when(false)
  }
}

function compilePattern(
  scalar: ScalarNode,
  pattern: string,
  scope: Scope,
): { source: string; test: (text: string) => boolean } | undefined {
  const regex = compileRegex(pattern, { ignoreCase: true })
  if (regex.ok) return { source: String(scalar.value), test: regex.test }
  complain(scope, {
    code: regex.kind === 'syntax' ? 'RGX301' : 'RGX302',
    at: spanWithin(scalar, regex.offset, regex.length),
    message: `regular expression \`${pattern}\`: ${regex.problem}`,
    ...(regex.label !== undefined && { label: regex.label }),
    ...escapeNotes(scalar),
    ...(regex.help !== undefined && { help: regex.help }),
  })
  return undefined
}

function warnOfSlashes(scalar: ScalarNode, scope: Scope): void {
  const pattern = String(scalar.value)
  const meant = withoutSlashes(pattern)
  if (meant === undefined) return
  const { problem, help } = IN_SLASHES
  complain(scope, {
    code: 'RGX303',
    severity: 'warning',
    at: scalar.at,
    message: `regular expression \`${pattern}\`: ${problem}`,
    label: `did you mean \`${meant}\`?`,
    help,
    fixes: writeInstead(scalar, meant, { safety: 'unsafe' }),
  })
}

/** In double quotes YAML has escapes of its own, and what is left of a pattern is hard to see. */
function escapeNotes({ typed = '', value }: ScalarNode): Pick<Finding, 'notes'> {
  if (!typed.startsWith('"') || !typed.includes('\\')) return {}
  const single = `'${String(value).replaceAll("'", "''")}'`
  return { notes: [`the pattern in single quotes, where backslashes are not doubled: ${single}`] }
}

export function compileGlobs(operand: YamlNode, scope: Scope): Comparison | undefined {
  const tests = scalars(operand).map((scalar) => compilePattern(scalar, globToRegex(String(scalar.value)), scope))
  return (value) => when(tests.some((one) => one?.test(textOf(value)) ?? false))
}
