import { describe, expect, test } from 'vitest'
import { splitStatements } from './statements.ts'

const texts = (source: string): string[] => splitStatements(source).map((statement) => statement.text)

describe('splitStatements', () => {
  test.each([
    ['plain statements', 'select 1; select 2', ['select 1', 'select 2']],
    ['semicolons in strings and names', `select ';', "a;b", 'it''s;'; select E'\\';';`, [`select ';', "a;b", 'it''s;'`, `select E'\\';'`]],
    ['an E at the end of a word begins no escape string', `select name'\\'; select 2`, [`select name'\\'`, 'select 2']],
    ['comments, nested ones too', '/* a; /* b; */ c; */ select 1; -- d; e\nselect 2;', ['/* a; /* b; */ c; */ select 1', '-- d; e\nselect 2']],
    ['nothing but comments', '-- only this;\n/* and; that */;\n', []],
    ['dollar quotes', 'do $$ begin; end $$; do $x$ select $$;$$; $x$;', ['do $$ begin; end $$', 'do $x$ select $$;$$; $x$']],
    ['parameters are no dollar quotes', 'prepare p as select $1; select 2', ['prepare p as select $1', 'select 2']],
    [
      'bodies of SQL functions',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
      ['create function f() returns int begin atomic select case when true then 1 end; select 2; end', 'select 3'],
    ],
    ['a transaction of its own', 'begin; select 1; end;', ['begin', 'select 1', 'end']],
  ])('%s', (_name, source, expected) => {
    expect(texts(source)).toEqual(expected)
  })

  test('tells where each begins', () => {
    expect(splitStatements('\n  select 1;\n\nselect 2')).toEqual([
      { text: 'select 1', offset: 3 },
      { text: 'select 2', offset: 14 },
    ])
  })
})
