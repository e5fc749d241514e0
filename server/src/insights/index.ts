// Insights: what many conversations say together. The only door into this slice.

export { agentRoutes } from './agent-routes.ts'
export { importRoutes } from './import-routes.ts'
export { performanceRoutes } from './routes.ts'
