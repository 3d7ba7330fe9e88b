/** Files that are no text, or no files: nobody waits for them, and each is told of once. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { folder } from './folder.ts'

const SITE = 'hostname: mx.example.org\nplugins: [./plugins/house.yaml]\n'

describe('a plugin that is not UTF-8', () => {
  it('is one finding, in the words of fmt, where it is', async (context) => {
    const { path, postern } = folder(context, { 'postern.yaml': SITE, 'plugins/house.yaml': '' })
    writeFileSync(join(path, 'plugins/house.yaml'), Buffer.from('plugin: house\nsummary: "gr\xfc\xdf"\n', 'latin1'))
    const line = 'plugins/house.yaml:2:13: error[YML715] this file is not UTF-8 (save the file as UTF-8)'
    for (const args of [['check'], ['check', 'postern.yaml'], ['check', 'plugins']]) {
      const { code, stdout } = await postern([...args, '-f', 'compact'])
      assert.deepEqual([code, stdout.split('\n').filter((one) => one.includes('error['))], [1, [line]], args.join(' '))
    }
    const { stderr } = await postern(['fmt'])
    assert.match(stderr, /^error\[YML715\]: this file is not UTF-8\n --> plugins\/house\.yaml:2:13$/m)
  })
})

describe('a plugin that may not be read', () => {
  const skip = process.getuid?.() === 0 && 'root reads everything'
  it('is one finding, with its name as it is typed', { skip }, async (context) => {
    const { path, postern } = folder(context, { 'postern.yaml': SITE, 'plugins/house.yaml': 'plugin: house\n' })
    chmodSync(join(path, 'plugins/house.yaml'), 0)
    const { stdout } = await postern(['check', '-f', 'compact'])
    assert.match(
      stdout,
      /^plugins\/house\.yaml:1:1: error\[CFG110\] this file cannot be opened: permission denied\n[^:]*$/,
    )
  })
})

describe('a pipe or a device', () => {
  for (const args of [
    ['fmt', 'pipe'],
    ['check', 'pipe'],
    ['test', 'pipe'],
    ['explain', '--site', 'pipe', '--rcpt', 'a@b.example'],
    ['fmt', '/dev/zero'],
  ])
    it(`is not waited for: ${args.join(' ')}`, async (context) => {
      const { path, postern } = folder(context, {})
      execFileSync('mkfifo', [join(path, 'pipe')])
      const { code, stderr } = await postern(args)
      assert.equal(code, 3)
      assert.match(stderr, /^postern: (?:pipe|\/dev\/zero) is no regular file, but a pipe, a socket or a device$/m)
    })

  it('that a site names as a plugin is a finding', async (context) => {
    const { path, postern } = folder(context, { 'postern.yaml': SITE, 'plugins/a.yaml': 'plugin: a\n' })
    execFileSync('mkfifo', [join(path, 'plugins/house.yaml')])
    const { stdout } = await postern(['check', 'postern.yaml', '-f', 'compact'])
    assert.match(stdout, /^postern\.yaml:2:11: error\[CFG110\] plugins\/house\.yaml is a special file, not a file$/m)
  })
})
