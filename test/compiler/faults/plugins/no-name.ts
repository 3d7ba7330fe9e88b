/** Has a name that the site cannot use. */
import { definePlugin } from 'postern'

export default definePlugin({ name: 'No Name' })
