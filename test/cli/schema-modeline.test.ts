/** `postern schema --modeline`: every file of ours names its schema, once, for both sorts of editors. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { modelines, withModelines } from '../../src/cli/schemas/modelines.ts'
import { folder } from './folder.ts'

const FILES = {
  'postern.yaml': 'hostname: mx.example.org\nplugins: [rcpt_ok]\n',
  'rules/house.yml': '# Ours.\n\nplugin: house\nhooks: {}\n',
  'rules/set.yaml': 'ruleset: ours\nplugins: [rcpt_ok]\n',
  'tests/deep/house.test.yaml': 'suite: house\nplugin: ../../rules/house.yml\ntests: []\n',
  'policies/ann.yaml': 'summary: Ann\nallow: [bob@example.net]\n',
  'docker-compose.yaml': 'services: {}\n',
  'half.yaml': 'plugin: half\nhooks: { rcpt: [ {\n',
}

function twoLines(path: string): string {
  return `# yaml-language-server: $schema=${path}\n# $schema: ${path}\n`
}

describe('postern schema --modeline', () => {
  it('finds the kind of each file by what is in it, and leaves others alone', async (test) => {
    const of = folder(test, FILES)
    const { code, stdout, stderr } = await of.postern(['schema', '--modeline'])
    assert.equal(code, 0, stderr)
    for (const [name, kind, up] of [
      ['postern.yaml', 'site', ''],
      ['rules/house.yml', 'plugin', '../'],
      ['rules/set.yaml', 'ruleset', '../'],
      ['tests/deep/house.test.yaml', 'suite', '../../'],
      ['policies/ann.yaml', 'policy', '../'],
      ['half.yaml', 'plugin', ''],
    ] as const) {
      assert.equal(of.read(name), twoLines(`${up}.postern/schema/${kind}.schema.json`) + FILES[name], name)
      assert.match(stdout, new RegExp(`^${name}$`, 'm'))
      const schema = /\$schema=(\S+)/.exec(of.read(name))?.[1] ?? ''
      assert.match(of.read(join(name, '..', schema)), /draft-07/)
    }
    assert.equal(of.read('docker-compose.yaml'), FILES['docker-compose.yaml'])
    assert.match(stderr, /6 files, 6 changed; schemas in \.postern\/schema/)
  })

  it('changes nothing the second time, and sets right what points elsewhere', async (test) => {
    const old = '# yaml-language-server: $schema=https://example.org/old.json\n# A word.\n#   $schema: ../old.json\n'
    const of = folder(test, { ...FILES, 'postern.yaml': old + FILES['postern.yaml'] })
    await of.postern(['schema', '--modeline', 'postern.yaml'])
    const once = of.read('postern.yaml')
    assert.equal(once, `${twoLines('.postern/schema/site.schema.json')}# A word.\n${FILES['postern.yaml']}`)
    const again = await of.postern(['schema', '--modeline', 'postern.yaml'])
    assert.deepEqual([again.code, again.stdout, of.read('postern.yaml')], [0, '', once])
    assert.equal(of.read('rules/house.yml'), FILES['rules/house.yml'])
  })

  it('says so where there is nothing to do', async (test) => {
    const of = folder(test, { 'docker-compose.yaml': 'services: {}\n' })
    assert.equal((await of.postern(['schema', '--modeline'])).code, 4)
  })

  it('makes what check and fmt have nothing against', async (test) => {
    const of = folder(test, {
      'postern.yaml': FILES['postern.yaml'].replace('plugins:', 'local_domains: [a.example]\nplugins:'),
    })
    await of.postern(['schema', '--modeline'])
    assert.equal((await of.postern(['fmt', '--check'])).code, 0)
    assert.equal((await of.postern(['check'])).code, 0)
  })
})

describe('the lines at the head', () => {
  const line = fc.constantFrom(
    '# a word',
    '',
    '  # deeper',
    modelines('x.json').trimEnd(),
    'plugin: a',
    '# $schema: y',
    'b: 1',
  )
  it('are there once, first, and everything else stays', () => {
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, end, hasMark) => {
        const text = (hasMark ? '\ufeff' : '') + lines.map((one) => one.replaceAll('\n', end) + end).join('')
        const after = withModelines(text, 'a/b.json')
        assert.equal(withModelines(after, 'a/b.json'), after)
        assert.equal(after.startsWith('\ufeff'), hasMark)
        const others = (all: string): string => all.replace(/^\ufeff/, '').replace(/^#.*\$schema.*\r?\n/gm, '')
        assert.equal(others(after), others(text))
        assert.match(
          after.replaceAll('\r\n', '\n').replace('\ufeff', ''),
          /^# yaml-language-server: \$schema=a\/b\.json\n# \$schema: a\/b\.json\n/,
        )
      }),
    )
  })
})
