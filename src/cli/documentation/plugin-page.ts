/** The documentation of a plugin, from its own file: for the terminal, and as Markdown for docs/builtins.md. */
import { toJson } from '../../language/node.ts'
import type { ParamDeclaration, PluginFile } from '../../language/files/plugin-file.ts'
import { shown } from '../find-files.ts'
import { readBuiltin } from './read-builtin.ts'
import { builtinFiles } from '../wiring.ts'

export function pluginPage(plugin: PluginFile): string {
  const { name, file, summary, description, reference, params } = plugin
  return [
    `Plugin ${name}: ${summary}`,
    ...(description === '' ? [] : ['', description.trim()]),
    ...(params.length > 0
      ? ['', 'Parameters', ...params.map((param) => `  ${param.name}  (${kindOf(param)})\n      ${param.summary}`)]
      : []),
    '',
    `Hooks: ${hooksOf(plugin)}`,
    ...(reference === '' ? [] : [`Reference: ${reference}`]),
    `Source: ${shown(file)}`,
  ].join('\n')
}

function hooksOf({ chains, log, refused }: PluginFile): string {
  if (refused !== undefined) return 'none: no site can use it'
  return [...chains.map(({ hook }) => hook), ...(log ? ['places of the log'] : [])].join(', ')
}

function kindOf(param: ParamDeclaration): string {
  if (param.refused !== undefined) return 'not taken'
  const { list, type, values, default: value, optional } = param
  const kind = list ? `list of ${list}` : (values?.join(' | ') ?? type?.replace('_', ' ') ?? 'text')
  return `${kind}${value ? `, default ${JSON.stringify(toJson(value))}` : optional ? ', optional' : ', required'}`
}

const HEAD = `# Builtins

Made from the files under \`builtins/\` by \`npm run docs\`. Each is an ordinary plugin: read it, copy it, change it.
`

export async function builtinsMarkdown(): Promise<string> {
  const plugins = await Promise.all(
    [...builtinFiles()].map(async ([name, path]) => markdown(name, await readBuiltin(path))),
  )
  return [HEAD, ...plugins].join('\n')
}

function markdown(name: string, plugin: PluginFile): string {
  const { summary, description, reference, params } = plugin
  const rows = params.map((param) => `| \`${param.name}\` | ${cell(kindOf(param))} | ${cell(param.summary)} |`)
  return [
    `## ${name}`,
    '',
    summary,
    ...(description === '' ? [] : ['', description.trim()]),
    ...(rows.length > 0 ? ['', '| parameter | type | |', '|---|---|---|', ...rows] : []),
    '',
    `Hooks: ${hooksOf(plugin)}.${reference === '' ? '' : ` Reference: ${reference}.`} Source: [builtins/${name}.yaml](../builtins/${name}.yaml)`,
    '',
  ].join('\n')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
