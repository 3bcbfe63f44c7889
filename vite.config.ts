import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { headersForStaticHosts } from './vite.headers.ts'
import { strictStyles } from './vite.strict-styles.ts'
import { firstLoadGroup, trimFirstLoad } from './vite.trim.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const firstLoad = firstLoadGroup({
  home: ['./src/app/start.tsx', './src/app/shell.tsx', './src/features/dashboard/dashboard-page.tsx'].map(here),
  // Landing pages must not be made to load anything of the admin, neither at once nor with what they ask for later, and main.tsx
  // must be able to say what is missing before the rest of the app, which cannot live without it, runs at all.
  apart: ['./src/features/landing/main.ts', './src/features/landing/live.ts', './src/main.tsx'].map(here),
})

export default defineConfig({
  plugins: [react(), tailwindcss(), trimFirstLoad(), strictStyles(), firstLoad.plugin, headersForStaticHosts()],
  resolve: { alias: { '@core': here('./supabase/functions/_shared/core'), '@': here('./src') } },
  build: {
    // The page's policy lets fonts come from files alone; a small one would otherwise be written into the style sheet.
    assetsInlineLimit: (path) => (/\.woff2?$/.test(path) ? false : undefined),
    rolldownOptions: {
      preserveEntrySignatures: 'allow-extension',
      input: { main: here('./index.html'), landing: here('./landing.html') },
      output: { codeSplitting: { groups: [{ name: 'home', test: firstLoad.isFirstLoad, includeDependenciesRecursively: false }] } },
    },
  },
})
