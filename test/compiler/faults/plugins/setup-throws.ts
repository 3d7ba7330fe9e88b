/** Breaks while it is set up. */
import { definePlugin } from 'postern'

export default definePlugin({
  name: 'setup-throws',
  setup: () => {
    throw new Error('no such table')
  },
})
