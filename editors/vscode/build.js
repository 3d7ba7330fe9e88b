/** Makes `dist`, which is what is packaged: the extension in one file, licenses of what is in it, and the schemas. */
'use strict'

const { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { buildSync } = require('esbuild')

const DIST = join(__dirname, 'dist')
const SCHEMAS = join(__dirname, '../../schemas')

rmSync(DIST, { recursive: true, force: true })
const { metafile } = buildSync({
  absWorkingDir: __dirname,
  entryPoints: ['extension.js'],
  outfile: 'dist/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  external: ['vscode'],
  metafile: true,
})
writeFileSync(
  join(DIST, 'licenses.txt'),
  Object.keys(metafile.inputs).flatMap(packageOf).filter(isFirst).map(license).join('\n'),
)
mkdirSync(join(DIST, 'schemas'))
for (const { url } of require('./package.json').contributes.yamlValidation) {
  const name = url.slice('./dist/schemas/'.length)
  cpSync(join(SCHEMAS, name), join(DIST, 'schemas', name))
}

/** @param {string} file */
function packageOf(file) {
  return /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(file)?.slice(0, 1) ?? []
}

/** @type {(one: string, index: number, all: string[]) => boolean} */
function isFirst(one, index, all) {
  return all.indexOf(one) === index
}

/** @param {string} folder */
function license(folder) {
  const file = readdirSync(join(__dirname, folder)).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new Error(`${folder} has no license`)
  return `${folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)}\n\n${readFileSync(join(__dirname, folder, file), 'utf8')}`
}
