/** Which tests judge which files: inline tests their own, a suite what it names and all that is loaded with it. */
import { dirname, resolve } from 'node:path'
import { isPath } from '../../compiler/resolve-entries.ts'
import type { Outline } from '../../compiler/analysis/outline.ts'
import { type Finding, Report } from '../../language/diagnostic.ts'
import type { FileKind } from '../../language/files/file-kind.ts'
import { entryOf, type MapNode, textOf, toJson, valueOf } from '../../language/node.ts'
import { casesIn } from '../check-tests.ts'
import type { SessionRecord } from '../session-record.ts'
import { readTestCase, type TestCase } from '../test-case.ts'
import { unreachedByTests } from './index.ts'

export interface CheckedFile {
  readonly path: string
  readonly root: MapNode
  readonly kind: FileKind
}

export interface Checked {
  /** Sound ones: their tests have the shape of tests. */
  readonly files: readonly CheckedFile[]
  /** What sites, rulesets and plugins were compiled to, by path of the file. */
  readonly outlines: ReadonlyMap<string, { readonly outline: Outline; readonly isSound: boolean }>
  /** Paths of plugins by name. */
  readonly builtins: ReadonlyMap<string, string>
}

/** Where nobody has written a test at all, nobody is told to begin: that is no finding about a file. */
export function untested({ files, outlines, builtins }: Checked): readonly Finding[] {
  const byTarget = testsByTarget(files, builtins)
  if (byTarget.size === 0) return []
  const loaded = (path: string): readonly string[] =>
    (outlines.get(path)?.outline.plugins ?? []).map((plugin) => plugin.path)
  const testsOf = (path: string): readonly TestCase[] =>
    [...byTarget].flatMap(([target, tests]) => (target === path || loaded(target).includes(path) ? tests : []))
  const ours = new Set(builtins.values())
  const sites = files.filter(({ kind, path }) => kind === 'site' && outlines.has(path))
  const bare = sites.filter(({ path }) => {
    const own = loaded(path).filter((plugin) => !ours.has(plugin))
    return [path, ...own].every((one) => testsOf(one).length === 0)
  })
  const plugins = files.filter(
    ({ kind, path }) => kind === 'plugin' && !bare.some((site) => loaded(site.path).includes(path)),
  )
  const sound = [...outlines.values()].flatMap(({ outline, isSound }) => (isSound ? [outline] : []))
  const read = new Map(sound.flatMap((outline) => outline.plugins.map(({ path, file }) => [path, file] as const)))
  return [
    ...bare.map((site) => withoutTests(site, 'site')),
    ...plugins.flatMap((plugin) => {
      const [tests, file] = [testsOf(plugin.path), read.get(plugin.path)]
      if (tests.length > 0) return file ? unreachedByTests({ file, tests, outlines: sound }) : []
      return valueOf(plugin.root, 'hooks') ? [withoutTests(plugin, 'plugin')] : []
    }),
  ]
}

function testsByTarget(
  files: readonly CheckedFile[],
  builtins: Checked['builtins'],
): ReadonlyMap<string, readonly TestCase[]> {
  const tests = files.flatMap((file) => casesOf(file).map((test) => ({ target: targetOf(file, builtins), test })))
  const byTarget = Map.groupBy(tests, ({ target }) => target)
  return new Map([...byTarget].map(([target, some]) => [target, some.map(({ test }) => test)]))
}

function casesOf({ root }: CheckedFile): readonly TestCase[] {
  const given = valueOf(root, 'suite') ? valueOf(root, 'given') : undefined
  const base = given ? (toJson(given) as SessionRecord) : {}
  return casesIn(valueOf(root, 'tests'), new Report()).flatMap((node) =>
    node.kind === 'map' ? [readTestCase(node, base)] : [],
  )
}

/** Path of what the tests of a file judge: itself, or what its suite names. */
export function targetOf({ path, root }: Pick<CheckedFile, 'path' | 'root'>, builtins: Checked['builtins']): string {
  if (!valueOf(root, 'suite')) return path
  const [site, plugin] = ['site', 'plugin'].map((key) => textOf(valueOf(root, key)))
  const use = site ?? plugin ?? ''
  const isNamed = site === undefined && !isPath(use)
  return isNamed ? (builtins.get(use.replace(/:\d+$/, '')) ?? use) : resolve(dirname(path), use)
}

function withoutTests({ root }: CheckedFile, key: 'site' | 'plugin'): Finding {
  const at = (entryOf(root, key === 'site' ? 'plugins' : key) ?? entryOf(root, 'hostname'))?.key.at ?? root.at
  return {
    code: 'TST904',
    severity: 'info',
    at,
    message: `no test here judges this ${key}`,
    help:
      key === 'site'
        ? 'write a suite beside it: `suite: …`, `site: ./postern.yaml`, `tests: [ … ]`'
        : 'write `tests: [ … ]` at its end',
  }
}
