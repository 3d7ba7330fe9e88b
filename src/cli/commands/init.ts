/** `postern init`: a new site, tested from its first day. Nothing that is there is changed. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { canonicalDomain } from '../../core/mail/domain.ts'
import { errorCode, reasonOf } from '../../core/reason.ts'
import { Report } from '../../language/diagnostic.ts'
import { parseYaml } from '../../language/yaml/parse.ts'
import { CommandError } from '../exit-code.ts'
import { wholeNumber } from '../formats/flags.ts'
import { CI_FILES } from '../init/ci.ts'
import { type Place, TEMPLATES } from '../init/templates.ts'
import { allSchemas } from '../schemas/schemas.ts'
import type { Shell } from '../shell.ts'
import { VOCABULARY } from '../wiring.ts'
import { SCHEMA_FOLDER, schemaFile, schemaText } from '../schemas/write-modelines.ts'
import { versionText } from './version.ts'

interface Options extends Place {
  readonly template: string
  readonly ci?: readonly string[]
}

const EXAMPLES = `
Templates:
${[...TEMPLATES].map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`).join('\n')}

Examples:
  $ postern init mail --hostname mx.example.org --domain example.org --ci github pre-commit
  $ cd mail && postern check && postern test --coverage

Files that are there already are left as they are, and named; a directory with a postern.yaml is left alone.
`

export function addInit(program: Command, { terminal }: Shell): void {
  program
    .command('init')
    .description('Begin a new site: rules, lists, tests, schemas for editors, files for CI')
    .argument('[directory]', 'where', '.')
    .addOption(
      new Option('-t, --template <name>', 'what the server is for').choices([...TEMPLATES.keys()]).default('mx'),
    )
    .option('--hostname <name>', "the server's own name", domainName, 'mx.example.org')
    .option('--domain <name>', 'a domain of ours', domainName, 'example.org')
    .option('--port <n>', 'where to listen', wholeNumber, 2525)
    .addOption(new Option('--ci <name...>', 'files for CI').choices([...CI_FILES.keys()]))
    .addHelpText('after', EXAMPLES)
    .action(async (directory: string, options: Options) => {
      if (await exists(join(directory, 'postern.yaml')))
        throw new CommandError(`there is a site in ${directory} already: it has a postern.yaml`)
      const kept: string[] = []
      const files = filesFor(options)
      for (const [path, text] of Object.entries(files)) {
        if (await write(join(directory, path), text)) terminal.print(join(directory, path))
        else kept.push(path)
      }
      for (const path of kept) terminal.talk(`${join(directory, path)} is there already, and stays as it is`)
      terminal.talk(`\nNext: ${directory === '.' ? '' : `cd ${directory} && `}postern check && postern test --coverage`)
    })
}

function filesFor({ template, ci = [], ...place }: Options): Readonly<Record<string, string>> {
  const made = TEMPLATES.get(template)?.files(place) ?? {}
  const forCi = ci.map((name) => CI_FILES.get(name)?.({ version: versionText() }) ?? {})
  const schemas = [...allSchemas(VOCABULARY)].map(([name, schema]) => [
    `${SCHEMA_FOLDER}/${schemaFile(name)}`,
    schemaText(schema),
  ])
  return Object.assign({}, made, ...forCi, Object.fromEntries(schemas))
}

/** False when it is there already. Passwords are nobody else's business. */
async function write(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  const mode = path.includes('secrets') ? 0o600 : 0o644
  try {
    await writeFile(path, text, { flag: 'wx', mode })
    return true
  } catch (fault) {
    if (errorCode(fault) === 'EEXIST') return false
    throw new CommandError(`${path} cannot be written: ${reasonOf(fault)}`)
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Goes into YAML as it is, so it must be a name and nothing else: `1.5e3` is a number there, and `null` is nothing. */
function domainName(text: string): string {
  const domain = canonicalDomain(text)
  const node = domain === undefined ? undefined : parseYaml(domain, 'name', new Report())
  if (domain === undefined || node?.kind !== 'scalar' || node.value !== domain)
    throw new InvalidArgumentError('It must be a domain name.')
  return domain
}
