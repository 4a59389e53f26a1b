import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import ts from 'typescript-eslint';

// Where one thing is owned by one place, another place that reaches for it is an error, not a matter of memory.
const owners = [
  {
    names: 'process.env',
    allowed: ['src/config.ts'],
    selector: "MemberExpression[object.name='process'][property.name='env']",
  },
  {
    names: 'process.exit',
    allowed: [],
    selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
  },
  {
    names: 'process.stdin, stdout and stderr',
    allowed: ['src/output/**'],
    selector: "MemberExpression[object.name='process'][property.name=/^(stdin|stdout|stderr)$/]",
  },
  {
    names: 'the clock (use context.now)',
    allowed: ['src/context.ts'],
    selector:
      "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.object.name='Date'][callee.property.name='now']",
  },
  {
    names: 'reading cost_data (ask store/spend)',
    allowed: ['src/store/{spend,facts,migrations}/**', 'src/store/copy.ts'],
    selector:
      "TemplateElement[value.raw=/(FROM|JOIN)\\s+cost_data\\b/], MemberExpression[property.name='costData'] > Identifier[name='costData']",
  },
  {
    names: 'arithmetic on amounts (use the functions of domain/decimal)',
    allowed: ['src/domain/decimal.ts'],
    selector: "TSAsExpression > TSTypeReference[typeName.name='Decimal']",
  },
];

// A provider is known by name in its own two folders alone; whoever asks which one it is wants a fact that it declares.
const providers = readdirSync(`${import.meta.dirname}/src/providers`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const names = `/^(${providers.join('|')})$|^(${providers.join('|').toUpperCase()})_/`;
const providerNames = {
  selector: `Literal[value=${names}], Property > Identifier.key[name=${names}], MemberExpression > Identifier.property[name=${names}]`,
  message: "A provider's name: ask the list of providers for what it declares.",
};

export default ts.config(
  { ignores: ['dist', 'src/generated', 'node_modules', '.dependency-cruiser.cjs'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    rules: {
      'no-console': 'error',
      '@typescript-eslint/no-meaningless-void-operator': 'off', // `void promise` as an arrow's body says that nothing comes back
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // arrow functions that forward a void are clearer on one line
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...owners.map(({ names, selector }) => ({ selector, message: `${names}: owned elsewhere.` })),
        providerNames,
      ],
    },
  },
  {
    files: providers.flatMap((name) => [`src/providers/${name}/**`, `src/emulator/${name}/**`]),
    rules: {
      'no-restricted-syntax': [
        'error',
        ...owners.map(({ names, selector }) => ({ selector, message: `${names}: owned elsewhere.` })),
      ],
    },
  },
  ...owners.flatMap(({ allowed }, index) =>
    allowed.length === 0
      ? []
      : [
          {
            files: allowed,
            rules: {
              'no-restricted-syntax': [
                'error',
                ...owners
                  .filter((_, other) => other !== index)
                  .map(({ names, selector }) => ({ selector, message: `${names}: owned elsewhere.` })),
                providerNames,
              ],
            },
          },
        ],
  ),
  {
    files: ['test/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'TemplateElement[value.raw=/\\bcurrent_date\\b/i]',
          message: 'The day on which the test is run: now()::date is that of the clock of tests.',
        },
      ],
    },
  },
  {
    files: ['**/*.js'],
    ...ts.configs.disableTypeChecked,
    languageOptions: { ...ts.configs.disableTypeChecked.languageOptions, globals: { process: 'readonly' } },
  },
  {
    files: ['bin/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
