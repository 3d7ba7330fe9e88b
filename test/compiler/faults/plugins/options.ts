/** Wants to be told its database. */
import { definePlugin } from 'postern'

export default definePlugin({
  name: 'options',
  options: {
    type: 'object',
    required: ['database'],
    properties: { database: { type: 'string' }, table: { type: 'string', default: 'members' } },
  },
})
