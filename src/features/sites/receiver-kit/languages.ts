/** The receivers that are offered to copy. Their texts are files in `code/`, which the tests run (supabase/tests/functions/receiver-kit.test.ts). */

export interface Language {
  value: 'node' | 'edge' | 'python' | 'php' | 'go' | 'ruby'
  label: string
  /** What the file is called where it is put. */
  file: string
  /** The published library of Standard Webhooks that verifies. */
  library: { name: string; href: string; install: string }
  load: () => Promise<{ default: string }>
}

export const LANGUAGES: readonly Language[] = [
  {
    value: 'node', label: 'Node', file: 'receiver.ts', load: () => import('@/features/sites/receiver-kit/code/node.ts.txt?raw'),
    library: { name: 'standardwebhooks', href: 'https://www.npmjs.com/package/standardwebhooks', install: 'npm install standardwebhooks' },
  },
  {
    value: 'edge', label: 'Edge', file: 'supabase/functions/receiver/index.ts', load: () => import('@/features/sites/receiver-kit/code/edge.ts.txt?raw'),
    library: { name: 'npm:standardwebhooks', href: 'https://www.npmjs.com/package/standardwebhooks', install: 'supabase functions deploy receiver --no-verify-jwt' },
  },
  {
    value: 'python', label: 'Python', file: 'receiver.py', load: () => import('@/features/sites/receiver-kit/code/receiver.py.txt?raw'),
    library: { name: 'standardwebhooks', href: 'https://pypi.org/project/standardwebhooks/', install: 'pip install standardwebhooks' },
  },
  {
    value: 'php', label: 'PHP', file: 'receiver.php', load: () => import('@/features/sites/receiver-kit/code/receiver.php.txt?raw'),
    library: { name: 'standard-webhooks/standard-webhooks', href: 'https://packagist.org/packages/standard-webhooks/standard-webhooks', install: 'composer require standard-webhooks/standard-webhooks' },
  },
  {
    value: 'go', label: 'Go', file: 'main.go', load: () => import('@/features/sites/receiver-kit/code/receiver.go.txt?raw'),
    library: {
      name: 'github.com/standard-webhooks/standard-webhooks/libraries', href: 'https://pkg.go.dev/github.com/standard-webhooks/standard-webhooks/libraries/go',
      install: 'go get github.com/standard-webhooks/standard-webhooks/libraries',
    },
  },
  {
    value: 'ruby', label: 'Ruby', file: 'config.ru', load: () => import('@/features/sites/receiver-kit/code/receiver.rb.txt?raw'),
    library: { name: 'standardwebhooks', href: 'https://rubygems.org/gems/standardwebhooks', install: 'bundle add standardwebhooks rackup puma' },
  },
]
