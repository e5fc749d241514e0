// Insights: what many conversations say together. The only door into this slice.

export { agentRoutes } from './routes.ts'
