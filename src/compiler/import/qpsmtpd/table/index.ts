/** qpsmtpd's plugins by their names in the list of plugins, old names included, without `:N`. */
import { CONNECTION } from './connection.ts'
import { CONTENT } from './content.ts'
import { ENVELOPE } from './envelope.ts'
import { LOGGING } from './logging.ts'
import type { PluginRow } from './row.ts'
import { SERVICE } from './service.ts'

export const PLUGIN_TABLE: ReadonlyMap<string, PluginRow> = new Map(
  [CONNECTION, ENVELOPE, CONTENT, SERVICE, LOGGING].flatMap((rows) => Object.entries(rows)),
)
