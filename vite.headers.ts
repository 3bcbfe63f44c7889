import { loadEnv, type Plugin } from 'vite'
import { staticHostHeaders } from './supabase/embedded/web/headers.ts'

/** Writes `_headers` beside the built pages, so that a static host says of them what `npm start` says. */
export function headersForStaticHosts(): Plugin {
  let supabaseUrl: string | undefined
  return {
    name: 'datasync:headers',
    apply: 'build',
    enforce: 'post',
    configResolved({ mode, envDir }) {
      const value = (envDir === false ? process.env : loadEnv(mode, envDir, 'VITE_'))['VITE_SUPABASE_URL']
      supabaseUrl = value && URL.canParse(value) ? value : undefined
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const pages = Object.values(bundle).flatMap((file) => (file.type === 'asset' && file.fileName.endsWith('.html') ? [String(file.source)] : []))
        this.emitFile({ type: 'asset', fileName: '_headers', source: staticHostHeaders(pages, supabaseUrl) })
      },
    },
  }
}
