/** `postern init`: what it makes is right from the first day, whatever the server is for. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { CI_FILES } from '../../src/cli/init/ci.ts'
import { TEMPLATES } from '../../src/cli/init/templates.ts'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'

const FLAGS = ['--hostname', 'mx.house.example', '--domain', 'house.example', '--port', '2587']

describe('a new site', () => {
  for (const template of TEMPLATES.keys())
    it(`for ${template} is laid out, checked and tested`, async (test) => {
      const of = folder(test, {})
      const made = await of.postern(['init', 'mail', '--template', template, ...FLAGS])
      assert.equal(made.code, 0)
      assert.match(made.stdout, /^mail\/postern\.yaml$/m)
      for (const args of [
        ['fmt', '--check', 'mail'],
        ['check', 'mail'],
        ['test', '--coverage', 'mail'],
      ]) {
        const { code, stdout, stderr } = await of.postern(args)
        assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`)
      }
      assert.match(of.read('mail/postern.yaml'), /^hostname: mx\.house\.example$/m)
    })

  it('names schemas that are there, for two sorts of editors', async (test) => {
    const of = folder(test, {})
    await of.postern(['init'])
    for (const file of ['postern.yaml', 'rules/house.yaml', 'site.test.yaml']) {
      const [first = '', second = ''] = of.read(file).split('\n')
      const path = first.replace('# yaml-language-server: $schema=', '')
      assert.equal(second, `# $schema: ${path}`)
      assert.match(of.read(join(file, '..', path)), /draft-07/)
    }
  })

  it('keeps passwords to itself', async (test) => {
    const of = folder(test, {})
    await of.postern(['init', '--template', 'submission'])
    assert.equal(statSync(join(of.path, 'secrets/passwords')).mode & 0o077, 0)
  })

  it('leaves alone what is there', async (test) => {
    const of = folder(test, { 'lists/badhelo': 'ours\n', 'old/postern.yaml': 'hostname: a.example\n' })
    const { code, stderr } = await of.postern(['init'])
    assert.deepEqual([code, of.read('lists/badhelo')], [0, 'ours\n'])
    assert.match(stderr, /^lists\/badhelo is there already, and stays as it is$/m)
    const again = await of.postern(['init', 'old'])
    assert.deepEqual([again.code, of.read('old/postern.yaml')], [3, 'hostname: a.example\n'])
  })

  it('takes names that are names only', async (test) => {
    const of = folder(test, {})
    assert.equal((await of.postern(['init', '--hostname', 'a.example\nworkers: 9'])).code, 2)
  })
})

describe('files for CI', () => {
  it('run commands that there are', async (test) => {
    const of = folder(test, {})
    await of.postern(['init', '--ci', ...CI_FILES.keys()])
    const paths = [...CI_FILES.values()].flatMap((files) => Object.keys(files({ version: '1.2.3' })))
    for (const path of paths) {
      const text = of.read(path)
      assert.equal(typeof parse(text), 'object')
      const commands = [...text.matchAll(/npx --yes postern@\S+ (.+)$/gm)].map(([, words = '']) => words.split(' '))
      assert.equal(commands.length, 3, path)
      for (const [name = '', ...rest] of commands) {
        const { code } = await of.postern([name, ...rest])
        assert.equal(code, 0, `${path}: ${name} ${rest.join(' ')}`)
      }
    }
  })

  it('are those that are wanted', () => {
    assert.equal(runPostern(['init', 'nowhere', '--ci', 'nonsense']).code, 2)
  })
})
