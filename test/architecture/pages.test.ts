/** What pages point at is there: pages and their headings, files of this repository; and the README leads to every page. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { it } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
const markdown = (directory: string): readonly string[] =>
  readdirSync(join(ROOT, directory)).flatMap((name) => (name.endsWith('.md') ? [join(directory, name)] : []))
const DOCS = markdown('docs')
const PAGES = [
  ...markdown('.'),
  ...DOCS,
  ...markdown('docs/diagnostics'),
  'examples/README.md',
  'editors/vscode/README.md',
]
const TEXTS: ReadonlyMap<string, string> = new Map(PAGES.map((page) => [page, readFileSync(join(ROOT, page), 'utf8')]))

function prose(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '')
}

/** As GitHub names them. */
function anchors(text: string): ReadonlySet<string> {
  const headings = Array.from(prose(text).matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading)
  return new Set(
    headings.map((one) =>
      one
        .toLowerCase()
        .replaceAll(/[^\p{L}\d_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : normalize(join(dirname(page), path))
  const text = TEXTS.get(target)
  return existsSync(join(ROOT, target)) && (anchor === undefined || text === undefined || anchors(text).has(anchor))
}

const LINK = /\]\((?!\w+:)([^)\s]+)\)/g
/** Stands for a name that somebody chooses. */
const PLACEHOLDER = /[A-Z]{4}/
const FILE = /(?<![\w./-])(?:src|test|bench|schemas|docs)\/(?:[\w-]+\/)*[a-z][\w-]*(?:\.\w+)+/g

it('links lead somewhere', () => {
  const dead = [...TEXTS].flatMap(([page, text]) =>
    Array.from(prose(text).matchAll(LINK), ([, link = '']) => link)
      .filter((link) => !isThere(page, link))
      .map((link) => `${page}: ${link}`),
  )
  assert.deepEqual(dead, [])
})

it('files that are named are there', () => {
  const gone = [...TEXTS].flatMap(([page, text]) =>
    [...new Set(text.match(FILE))]
      .filter((file) => !PLACEHOLDER.test(file) && !existsSync(join(ROOT, file)))
      .map((file) => `${page}: ${file}`),
  )
  assert.deepEqual(gone, [])
})

it('the README leads to every page of docs', () => {
  const linked = new Set(Array.from((TEXTS.get('README.md') ?? '').matchAll(LINK), ([, link = '']) => normalize(link)))
  assert.deepEqual(
    DOCS.filter((page) => !linked.has(page)),
    [],
  )
})
