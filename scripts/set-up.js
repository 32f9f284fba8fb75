/**
 * Makes a clone ready to run: installs what package-lock.json lists unless it is installed already, with `--chromium`
 * a browser for the tests of the pages, and with `--postgresql` a server for the tests of the store. Plain JavaScript
 * on Node's own modules, since it runs on the machine's Node before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const browsers = ['chromium', 'chromium-browser', 'google-chrome'];
/** Where Debian installs PostgreSQL's programs, under a folder for each version and off the PATH. */
const postgresFolder = '/usr/lib/postgresql';

if (!isInstalled()) installPackages();
if (process.argv.includes('--chromium') && !hasChromium()) installChromium();
if (process.argv.includes('--postgresql') && !hasPostgres()) installPostgres();

/** Whether node_modules holds exactly the versions in package-lock.json, and the Node that runs the project. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record) || !existsSync(join(root, 'node_modules', '.bin', 'node'))) return false;
  const installed = readPackages(record);
  const locked = readPackages(join(root, 'package-lock.json'));
  return Object.keys({ ...installed, ...locked })
    .filter((path) => path.includes('node_modules/'))
    .every((path) => {
      const versions = [installed[path]?.version, locked[path]?.version];
      // An optional package is for some platforms only: it may be listed and not installed, or the reverse.
      const optional = (installed[path] ?? locked[path]).optional === true;
      return versions[0] === versions[1] || (optional && versions.includes(undefined));
    });
}

function readPackages(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/**
 * Installs the locked versions. Not with `npm ci`: it refuses a lock that lacks other platforms' optional packages,
 * and npm leaves those out of the lock where the registry that it asks does not serve them.
 */
function installPackages() {
  console.log('Installing packages…');
  // The CPU runtime is in its package; an npm that does not know allowScripts would fetch CUDA's as well.
  run('npm', ['install', '--no-save', '--loglevel=error'], { ONNXRUNTIME_NODE_INSTALL: 'skip' });
  if (isInstalled()) return;
  console.error(
    'package-lock.json does not fit package.json. Run `npm install`, and commit package-lock.json.',
  );
  process.exit(1);
}

function hasChromium() {
  if (process.env.CHROMIUM_PATH !== undefined) return isExecutable(process.env.CHROMIUM_PATH);
  return browsers.some(isOnPath);
}

function installChromium() {
  if (process.env.CHROMIUM_PATH !== undefined || !canInstall()) {
    console.error(
      `The tests need Chromium: expected CHROMIUM_PATH to name one, or one of ${browsers.join(', ')} on the PATH, ` +
        'and found none. Install it (on Debian: sudo apt-get install chromium), or set CHROMIUM_PATH.',
    );
    process.exit(1);
  }
  console.log('Installing Chromium…');
  install('chromium');
}

function hasPostgres() {
  const versions = existsSync(postgresFolder) ? readdirSync(postgresFolder) : [];
  return (
    isOnPath('initdb') ||
    versions.some((version) => isExecutable(join(postgresFolder, version, 'bin/initdb')))
  );
}

function installPostgres() {
  if (!canInstall()) {
    console.error(
      `The tests need PostgreSQL: expected initdb under ${postgresFolder} or on the PATH, and found none. ` +
        'Install it (on Debian: sudo apt-get install postgresql).',
    );
    process.exit(1);
  }
  console.log('Installing PostgreSQL…');
  // The package would make a cluster and start its server at every boot. The tests start servers of their own.
  const settings = '/etc/postgresql-common/createcluster.d';
  const noCluster = join(settings, 'no-main-cluster.conf');
  mkdirSync(settings, { recursive: true });
  writeFileSync(noCluster, 'create_main_cluster = false\n');
  install('postgresql');
  rmSync(noCluster);
}

function canInstall() {
  return process.getuid?.() === 0 && isOnPath('apt-get');
}

/** Installs a package of Debian. */
function install(name) {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], quiet);
  run('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', name], quiet);
}

function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a command to its end, and ends this process where it fails. */
function run(command, args, environment) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32', // where npm is a batch file
  });
  if (status === 0) return;
  console.error(
    `Set-up stopped: \`${command} ${args.join(' ')}\` ${error?.message ?? `ended with ${status}`}.`,
  );
  process.exit(1);
}
