/** Breaks while it is set up, later. */
import { definePlugin } from 'postern'

export default definePlugin({
  name: 'setup-rejects',
  setup: async () => Promise.reject(new Error('connection refused')),
})
