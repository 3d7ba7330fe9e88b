/** `postern check --fix`: what is corrected, what is left, and that files are written once and whole. */
import assert from 'node:assert/strict'
import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Folder, folder } from './folder.ts'
import { readJson } from './formats/read-formats.ts'

const FAULTY = `plugin: house
lists: { partners: { file: lists/partners, of: domain } }
hooks:
  rctp:
    - id: list
      mach: { sender.domain: { in_list: partnres } }   # who is this?
      return: DENY
    - id: traps
      match: { sender: [@spam.example, 'a@b.example'] }
      return: deny
      message: "no mail from \${sneder}"
  mail:
    - { id: net, match: { remote_ip: 10.0.0.1/8 }, return: DENY, on_unknown: "skip" }
    - { id: old, match: { remote_ip: 011.0.0.1 }, return: DENYSOFT }
    - { id: two, match: { helo: [a.example, b.example, A.example] }, return: DENY }
`

const RIGHT = `plugin: house
lists: { partners: { file: lists/partners, of: domain } }
hooks:
  rcpt:
    - id: list
      match: { sender.domain: { in_list: partners } }   # who is this?
      return: DENY
    - id: traps
      match: { sender: ["@spam.example", 'a@b.example'] }
      return: DENY
      message: "no mail from \${sender}"
  mail:
    - { id: net, match: { remote_ip: 10.0.0.1/8 }, return: DENY, on_unknown: "skip" }
    - { id: old, match: { remote_ip: 011.0.0.1 }, return: DENYSOFT }
    - { id: two, match: { helo: [a.example, b.example] }, return: DENY }
`

const FILES = { 'house.yaml': FAULTY, 'lists/partners': 'a.example\r\n*.b.example  why\r\nA.Example  again\r\n' }

function faulty(context: TestContext): Folder {
  return folder(context, FILES)
}

describe('--fix', () => {
  it('corrects what is certain, round after round, says what it did, and reports what is left', async (context) => {
    const { postern, read, path } = faulty(context)
    const { code, stdout, stderr } = await postern(['check', '--fix', '-f', 'json'])
    assert.equal(read('house.yaml'), RIGHT)
    assert.equal(read('lists/partners'), 'a.example\r\n.b.example  why\r\n')
    assert.equal(code, 1)
    assert.deepEqual(
      readJson(stdout).diagnostics.map((one) => one.code),
      ['NET201', 'NET203'],
    )
    assert.match(stderr, /^fixed house\.yaml:4:3 HOK401 write `rcpt`$/m)
    assert.match(stderr, /^fixed lists\/partners:3:1 LST610 delete this line$/m)
    assert.equal(stderr.trimEnd().split('\n').length, 9)
    assert.deepEqual(readdirSync(path).toSorted(), ['house.yaml', 'lists'])
  })

  it('with =all corrects what is likely too; a second run has nothing to do', async (context) => {
    const { postern, read } = faulty(context)
    assert.equal((await postern(['check', '--fix=all'])).code, 0)
    assert.match(read('house.yaml'), /remote_ip: 10\.0\.0\.0\/8 }/)
    assert.match(read('house.yaml'), /remote_ip: "?11\.0\.0\.1"? }/)
    const again = await postern(['check', '--fix=all'])
    assert.deepEqual(again, { code: 0, stdout: 'OK  1 file, 5 rules, 1 list\n', stderr: '' })
  })

  it('takes no path for a value', async (context) => {
    const { postern, read } = faulty(context)
    await postern(['check', '--fix', 'house.yaml'])
    assert.equal(read('house.yaml'), RIGHT)
    assert.equal((await postern(['check', '--fix=some'])).code, 2)
  })

  it('corrects only what is selected', async (context) => {
    const { postern, read } = faulty(context)
    await postern(['check', '--fix', '--select', 'HOK'])
    assert.equal(read('house.yaml'), FAULTY.replace('rctp', 'rcpt'))
  })

  it('keeps the rights of a file, its byte order mark, and the link that leads to it', async (context) => {
    const { postern, read, path } = folder(context, { 'real/house.txt': `\ufeff${FAULTY}`, ...FILES, 'house.yaml': '' })
    const link = join(path, 'link.yaml')
    symlinkSync('real/house.txt', link)
    chmodSync(join(path, 'real/house.txt'), 0o640)
    await postern(['check', '--fix', 'link.yaml'])
    assert.ok(lstatSync(link).isSymbolicLink())
    assert.equal(statSync(link).mode & 0o777, 0o640)
    assert.equal(read('real/house.txt'), `\ufeff${RIGHT}`)
  })

  it('leaves a chain alone whose name would be given twice then', async (context) => {
    const both = FAULTY.replace('  mail:', '  rcpt:')
    const { postern, read } = folder(context, { ...FILES, 'house.yaml': both })
    await postern(['check', '--fix=all'])
    assert.match(read('house.yaml'), /^ {2}rctp:$/m)
  })

  it('changes no builtin', async (context) => {
    const { postern } = folder(context, {
      'postern.yaml': 'hostname: mx.example.org\nplugins: [badmailfrom]\n',
      'lists/badmailfrom': 'a@spam.example\nA@Spam.example\n',
    })
    const { code, stderr } = await postern(['check', '--fix'])
    assert.deepEqual([code, stderr], [0, 'fixed lists/badmailfrom:2:1 LST610 delete this line\n'])
  })
})

describe('--diff', () => {
  it('writes nothing, and shows what would change as patch reads it', async (context) => {
    const { postern, read } = faulty(context)
    const { code, stdout, stderr } = await postern(['check', '--diff'])
    assert.equal(code, 1)
    assert.match(stdout, /^--- house\.yaml\n\+\+\+ house\.yaml\n@@ /)
    assert.match(stdout, /^-A\.Example {2}again\r?$/m)
    assert.equal(stderr, '9 corrections in 2 files\n')
    assert.deepEqual([read('house.yaml'), read('lists/partners')], [FILES['house.yaml'], FILES['lists/partners']])
  })

  it('is silent and content where there is nothing to correct', async (context) => {
    const { postern } = folder(context, {
      'house.yaml': RIGHT.replaceAll(/^.*(?:net|old),.*\n/gm, ''),
      'lists/partners': '',
    })
    assert.deepEqual(await postern(['check', '--diff']), { code: 0, stdout: '', stderr: '0 corrections in 0 files\n' })
  })

  it('is no report', async (context) => {
    assert.equal((await faulty(context).postern(['check', '--diff', '-f', 'json'])).code, 2)
  })
})

describe('fixes', () => {
  it('are data in json, and lines of the report for people', async (context) => {
    const { postern } = faulty(context)
    const [first] = readJson((await postern(['check', '-f', 'json'])).stdout).diagnostics
    assert.deepEqual(first?.fixes, [
      {
        title: 'write `rcpt`',
        safety: 'safe',
        edits: [
          {
            file: 'house.yaml',
            range: { start: { line: 4, column: 3 }, end: { line: 4, column: 7 } },
            text: 'rcpt',
          },
        ],
      },
    ])
    const { stdout } = await postern(['check'])
    assert.match(stdout, /^ {2}= fix: `postern check --fix`: write `rcpt`$/m)
    assert.match(stdout, /; --fix corrects \d+(?:, --fix=all \d+)?\n$/)
  })
})

describe('a list file with many entries given twice', () => {
  it('is rid of all of them in one run', async (context) => {
    const lines = Array.from({ length: 60 }, () => '192.0.2.1\n').join('')
    const { postern, read } = folder(context, {
      'house.yaml':
        'plugin: house\nlists: { l: { file: lists/l, of: ip } }\nhooks: { rcpt: [{ id: a, match: { remote_ip: { in_list: l } }, return: DENY }] }\n',
      'lists/l': lines,
    })
    assert.equal((await postern(['check', '--fix'])).stdout, 'OK  1 file, 1 rule, 1 list\n')
    assert.equal(read('lists/l'), '192.0.2.1\n')
  })
})

describe('what is too much', () => {
  const RULES = `plugin: house
lists: { inside: { entries: [192.0.2.7, "192.0.2.0/24", 192.0.2.9, 198.51.100.0/24], of: ip } }
hooks:
  rcpt:
    # who comes from here
    - { id: inside, match: { remote_ip: { in_list: inside } }, return: OK }   # all of them
    # nobody else
    - id: rest
      match: always
      return: DENY
      # it goes on
      return: DENYSOFT
    # too late
    - id: late   # in vain
      match: { helo: a.example }
      # of late
      return: DENY
    # the end
`

  it('goes, and every comment that is not inside it stays', async (context) => {
    const { postern, read } = folder(context, { 'house.yaml': RULES })
    await postern(['check', '--fix=all'])
    assert.equal(
      read('house.yaml'),
      `plugin: house
lists: { inside: { entries: ["192.0.2.0/24", 198.51.100.0/24], of: ip } }
hooks:
  rcpt:
    # who comes from here
    - { id: inside, match: { remote_ip: { in_list: inside } }, return: OK }   # all of them
    # nobody else
    - id: rest
      match: always
      return: DENY
      # it goes on
    # too late
    # the end
`,
    )
    const again = await postern(['check', '--fix=all'])
    assert.deepEqual([again.code, again.stderr], [0, ''])
  })

  it('is looked at by somebody, where it changes what mail meets', async (context) => {
    const files = {
      'house.yaml': `plugin: house
lists: { hosts: { file: hosts, of: ip } }
hooks: { connect: [{ id: a, match: { remote_ip: { in_list: hosts } }, return: DENY, message: "\${list.reason | no}" }] }
`,
      hosts: '192.0.2.7  not you\n192.0.2.0/24  nobody\n192.0.2.9  nor you\n',
    }
    const { postern, read } = folder(context, files)
    await postern(['check', '--fix'])
    assert.equal(read('hosts'), '192.0.2.7  not you\n192.0.2.0/24  nobody\n')
    await postern(['check', '--fix=all'])
    assert.equal(read('hosts'), '192.0.2.0/24  nobody\n')
  })

  it('in a comment that allows several findings is taken out of it', async (context) => {
    const text = `plugin: house
hooks:
  mail:
    # postern: allow LST610, CFG114 NET203 until 2099-01-31 -- for NET203 too
    - { id: net, match: { remote_ip: 10.0.0.0/8 } }
`
    const { postern, read } = folder(context, { 'house.yaml': text })
    await postern(['check', '--fix'])
    assert.match(read('house.yaml'), /# postern: allow CFG114 until 2099-01-31 -- for NET203 too\n/)
  })

  for (const [text, fixed] of [
    ['regex: ^[a #b]$', `regex: "^[a #b]$"`],
    ['equals: !!str 5.10', 'equals: "5.10"'],
  ] as const)
    it(`is read as YAML reads it: ${text}`, async (context) => {
      const file = (value: string): string =>
        `plugin: house\nhooks:\n  mail:\n    - id: a\n      match:\n        helo:\n          ${value}\n      return: DENY\n`
      const { postern, read } = folder(context, { 'house.yaml': file(text) })
      await postern(['check', '--fix'])
      assert.equal(read('house.yaml'), file(fixed))
    })
})
