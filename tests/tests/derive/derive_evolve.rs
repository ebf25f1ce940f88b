//! `version` and `migrate`: files of older structs load into the structs of today.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, array, s};
use npz_core::extend::{Members, Name};
use npz_core::{ErrorKind, Npz, NpzReader, OldMembers, ProblemKind, RemarkKind, ToMembers};
use tests::{python, temp_dir};

/// The struct of two years, with what each year changed.
mod model {
    use super::*;

    /// Version 0, before anybody thought of versions.
    #[derive(Npz, Clone)]
    pub(crate) struct V0 {
        pub(crate) w: Array2<f64>,
        pub(crate) lr: f64,
        pub(crate) junk: Vec<i64>,
    }

    #[derive(Npz, Clone)]
    #[npz(version = 1)]
    pub(crate) struct V1 {
        pub(crate) weights: Array2<f32>,
        pub(crate) learning_rate: f64,
    }

    #[derive(Npz, Clone, Debug, PartialEq)]
    #[npz(version = 2, migrate = "V2::from_older")]
    pub(crate) struct V2 {
        pub(crate) encoder: Dense,
        pub(crate) learning_rates: Vec<f64>,
    }

    #[derive(Npz, Clone, Debug, PartialEq)]
    pub(crate) struct Dense {
        pub(crate) weights: Array2<f32>,
        pub(crate) bias: Array1<f32>,
    }

    impl V2 {
        fn from_older(old: &mut OldMembers<'_>, version: u32) -> npz_core::Result<()> {
            if version < 1 {
                let wide: Array2<f64> = old.take("w")?;
                old.insert("weights", &wide.mapv(|w| w as f32))?;
                old.rename("lr", "learning_rate")?;
                assert!(old.remove("junk") && !old.remove("junk"));
            }
            // Both steps run for a file of version 0, one after the other.
            let all: Array2<f32> = old.take("weights")?;
            old.insert("encoder.weights", &all.slice(s![..-1, ..]))?;
            old.insert("encoder.bias", &all.slice(s![-1, ..]))?;
            let rate: f64 = old.take("learning_rate")?;
            old.insert("learning_rates", &[rate])
        }
    }

    pub(crate) fn newest() -> V2 {
        let encoder = Dense { weights: array![[1.0, 2.0], [3.0, 4.0]], bias: array![0.5, 0.25] };
        V2 { encoder, learning_rates: vec![0.125] }
    }

    pub(crate) fn oldest() -> V0 {
        V0 { w: array![[1.0, 2.0], [3.0, 4.0], [0.5, 0.25]], lr: 0.125, junk: vec![1, 2] }
    }
}

#[test]
fn files_of_all_versions_load_into_the_newest_struct() {
    let newest = model::newest();
    let v0 = model::oldest();
    let v1 = model::V1 { weights: v0.w.mapv(|w| w as f32), learning_rate: v0.lr };
    assert_eq!(model::V2::from_bytes(&v0.to_bytes().unwrap()).unwrap(), newest);
    assert_eq!(model::V2::from_bytes(&v1.to_bytes().unwrap()).unwrap(), newest);
    assert_eq!(model::V2::from_bytes(&newest.to_bytes().unwrap()).unwrap(), newest);
    // The medium in memory is migrated like a file.
    let mut members = Members::new();
    v0.to_members(&mut members, &Name::root()).unwrap();
    assert_eq!(members.load::<model::V2>().unwrap(), newest);
}

#[test]
fn python_sees_the_version_and_its_files_are_migrated_too() {
    let dir = temp_dir();
    model::newest().save_compressed(dir.path().join("new.npz")).unwrap();
    let printed = python(
        dir.path(),
        "f = np.load('new.npz')\n\
         v = f['__version__']; print(v.shape, v.dtype, v)\n\
         np.savez('v0.npz', w=np.array([[1., 2.], [3., 4.], [.5, .25]]), lr=0.125, junk=np.arange(9))\n\
         np.savez('v1.npz', __version__=1, weights=np.array([[1, 2], [3, 4], [.5, .25]], 'f4'), learning_rate=0.125)\n",
    );
    assert_eq!(printed, "() uint32 2\n");
    for file in ["v0.npz", "v1.npz"] {
        assert_eq!(model::V2::load(dir.path().join(file)).unwrap(), model::newest(), "{file}");
    }
}

#[test]
fn the_report_tells_what_was_migrated_and_check_does_not_need_a_load() {
    let bytes = model::oldest().to_bytes().unwrap();
    let reader = NpzReader::new(&bytes).unwrap();
    let (_, report) = reader.load_with_report::<model::V2>().unwrap();
    let remarks: Vec<_> = report.remarks().iter().map(|r| (&*r.member, r.kind, &*r.text)).collect();
    assert_eq!(remarks, [("__version__", RemarkKind::Migrated, "migrated from 0 to 2")]);
    let checked = reader.check::<model::V2>().unwrap();
    assert!(checked.is_ok());
    assert_eq!(checked.remarks(), report.remarks());
}

#[test]
fn a_newer_version_is_refused_with_advice() {
    #[derive(Npz)]
    #[npz(version = 7)]
    struct Tomorrow {
        other: f32,
    }
    let bytes = Tomorrow { other: 1.0 }.to_bytes().unwrap();
    let error = model::V2::from_bytes(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    let problems = error.report().unwrap().problems();
    assert_eq!(problems.len(), 1, "what else differs is no news: {error}");
    assert_eq!((&*problems[0].member, problems[0].kind), ("__version__", ProblemKind::Value));
    let text = "member \"__version__\" has another value: expected at most 2, found 7; a newer program has written the file: \
                update this one";
    assert!(error.to_string().contains(text), "{error}");
}

#[test]
fn a_version_that_is_no_whole_number_is_one_problem() {
    #[derive(Npz)]
    struct Wrong {
        __version__: f64,
        weights: f64,
    }
    let bytes = Wrong { __version__: 1.0, weights: 0.0 }.to_bytes().unwrap();
    let error = model::V2::from_bytes(&bytes).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!(problems.len(), 1, "{error}");
    assert_eq!((&*problems[0].member, problems[0].kind), ("__version__", ProblemKind::DType));
}

#[test]
fn a_migration_that_fails_is_a_problem_that_says_why() {
    #[derive(Npz, Debug)]
    #[npz(version = 3, migrate = "give_up")]
    struct Strict {
        a: f32,
    }
    fn give_up(old: &mut OldMembers<'_>, version: u32) -> Result<(), String> {
        Err(format!("nobody knows version {version}, which has {}", old.names().count()))
    }
    let error = Strict::from_bytes(&BTreeMap::from([("b".to_owned(), 1.5)]).to_bytes().unwrap()).unwrap_err();
    let text = "member \"__version__\" can't be migrated: the function for version 0 failed: nobody knows version 0, which has 1";
    assert!(error.to_string().contains(text), "{error}");
    assert_eq!(error.report().unwrap().problems().len(), 1, "{error}");
}

#[test]
fn what_a_migration_leaves_behind_is_checked_like_any_file() {
    #[derive(Npz, Debug)]
    #[npz(version = 1, migrate = "wrongly")]
    struct New {
        weights: Array2<f32>,
    }
    fn wrongly(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        old.rename("w", "weights")?;
        old.insert("left_over", &1u8)
    }
    let bytes = BTreeMap::from([("w".to_owned(), vec![1.0f32])]).to_bytes().unwrap();
    let error = New::from_bytes(&bytes).unwrap_err();
    let found: Vec<_> = error.report().unwrap().problems().iter().map(|p| (&*p.member, p.kind)).collect();
    assert_eq!(found, [("weights", ProblemKind::Shape), ("left_over", ProblemKind::Unexpected)]);
}

#[test]
fn each_nested_struct_has_a_version_of_its_own() {
    #[derive(Npz)]
    struct OldLayer {
        w: Vec<f32>,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "rename", separator = "/")]
    struct Layer {
        weights: Vec<f32>,
    }
    fn rename(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        assert_eq!(old.names().collect::<Vec<_>>(), ["w"], "a migration sees its own members only");
        old.rename("w", "weights")
    }
    #[derive(Npz)]
    struct OldNet {
        #[npz(rename = "layers.0/w")]
        first: Vec<f32>,
        #[npz(rename = "layers.1/weights")]
        second: Vec<f32>,
        #[npz(rename = "layers.1/__version__")]
        version: u32,
        #[npz(flatten)]
        head: OldLayer,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Net {
        #[npz(flatten)]
        head: Head,
        layers: Vec<Layer>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Head {
        w: Vec<f32>,
    }
    let old = OldNet { first: vec![1.0], second: vec![2.0], version: 1, head: OldLayer { w: vec![3.0] } };
    let net = Net::from_bytes(&old.to_bytes().unwrap()).unwrap();
    let layers = vec![Layer { weights: vec![1.0] }, Layer { weights: vec![2.0] }];
    assert_eq!(net, Net { head: Head { w: vec![3.0] }, layers });
}

#[test]
fn an_enum_and_a_flattened_struct_are_migrated() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "to_adam")]
    enum Optimizer {
        Adam { m: Vec<f32>, t: u64 },
    }
    fn to_adam(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        old.insert("tag", "Adam")?;
        old.insert("t", &0u64)
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 2, migrate = "add_seed")]
    struct Run {
        optimizer: Optimizer,
        seed: u64,
    }
    fn add_seed(old: &mut OldMembers<'_>, version: u32) -> Result<(), npz_core::Error> {
        assert_eq!(version, 0);
        assert!(old.contains("optimizer") && !old.contains("seed"));
        assert_eq!(old.header("optimizer.m")?.shape(), [2]);
        assert_eq!(old.header("m").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(old.get::<f32>("optimizer.m").unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(old.insert("optimizer.m", &1u8).unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(old.rename("nothing", "seed").unwrap_err().kind(), ErrorKind::NotFound);
        old.insert("seed", &7i64)
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Outer {
        #[npz(flatten)]
        run: Run,
        note: String,
    }
    #[derive(Npz)]
    struct OldOuter {
        #[npz(rename = "optimizer.m")]
        m: Vec<f32>,
        note: String,
    }
    let bytes = OldOuter { m: vec![1.0, 2.0], note: "n".into() }.to_bytes().unwrap();
    let run = Run { optimizer: Optimizer::Adam { m: vec![1.0, 2.0], t: 0 }, seed: 7 };
    let outer = Outer { run, note: "n".into() };
    assert_eq!(Outer::from_bytes(&bytes).unwrap(), outer);
    let again = outer.to_bytes().unwrap();
    assert_eq!(Outer::from_bytes(&again).unwrap(), outer);
    let names: Vec<_> = NpzReader::new(&again).unwrap().names().map(str::to_owned).collect();
    assert_eq!(
        names,
        [
            "__version__",
            "optimizer.__version__",
            "optimizer.tag",
            "optimizer.m",
            "optimizer.t",
            "seed",
            "note"
        ]
    );
}

#[test]
fn an_optional_versioned_struct_is_none_where_nothing_is_there() {
    #[derive(Npz, Debug, PartialEq, Default)]
    #[npz(version = 1)]
    struct Empty {}
    #[derive(Npz, Debug, PartialEq)]
    struct Holder {
        a: Option<Empty>,
        b: Option<Empty>,
        #[npz(default)]
        c: Empty,
    }
    let holder = Holder { a: None, b: Some(Empty {}), c: Empty {} };
    let bytes = holder.to_bytes().unwrap();
    assert_eq!(Holder::from_bytes(&bytes).unwrap(), holder);
    let names: Vec<_> = NpzReader::new(&bytes).unwrap().names().map(str::to_owned).collect();
    assert_eq!(names, ["b.__version__", "c.__version__"]);
}

#[test]
fn the_file_is_not_changed_and_only_wanted_data_are_read() {
    #[derive(Npz, Debug)]
    #[npz(version = 1, migrate = "cheaply")]
    struct New {
        small: u8,
    }
    fn cheaply(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        assert!(old.remove("big"));
        old.rename("tiny", "small")
    }
    #[derive(Npz)]
    struct Old {
        big: Vec<f64>,
        tiny: u8,
    }
    let mut bytes = Old { big: vec![1.0; 1000], tiny: 9 }.to_bytes().unwrap();
    // Damage in the data of `big`: nobody looks at them.
    let data = bytes.windows(8).position(|window| window == 1.0f64.to_le_bytes()).unwrap();
    bytes[data + 80] ^= 1;
    let before = bytes.clone();
    assert_eq!(New::from_bytes(&bytes).unwrap().small, 9);
    assert_eq!(bytes, before);
}

#[test]
fn an_error_says_that_the_names_are_those_after_a_migration() {
    #[derive(Npz, Debug)]
    #[npz(version = 2, migrate = "rename")]
    struct New {
        weights: Vec<f32>,
    }
    fn rename(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        old.rename("w", "weight")
    }
    #[derive(Npz, Debug)]
    #[npz(version = 2)]
    struct WithoutMigration {
        weights: Vec<f32>,
    }
    let bytes = BTreeMap::from([("w".to_owned(), vec![1.0f32])]).to_bytes().unwrap();
    let error = New::from_bytes(&bytes).unwrap_err().to_string();
    assert!(error.contains("member \"weight\" is unexpected"), "{error}");
    assert!(error.ends_with("(note: member \"__version__\": migrated from 0 to 2)"), "{error}");
    let error = WithoutMigration::from_bytes(&bytes).unwrap_err().to_string();
    let note = "(note: member \"__version__\": version 0 is loaded as it is; `migrate` on the struct could turn it into 2)";
    assert!(error.ends_with(note), "{error}");
}

#[test]
fn casts_inside_a_migration_and_names_taken_by_alias_are_remarked() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "widen")]
    struct New {
        a: f64,
        #[npz(alias = "old_b")]
        b: f64,
    }
    fn widen(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        let a: f64 = old.take("a")?;
        let missing = old.take::<f64>("old_c").unwrap_err();
        assert!(missing.to_string().contains("did you mean \"old_b\"?"), "{missing}");
        old.insert("a", &a)
    }
    let bytes = BTreeMap::from([("a".to_owned(), 1.5f32), ("old_b".to_owned(), 2.5)]).to_bytes().unwrap();
    let (new, report) = NpzReader::new(&bytes).unwrap().load_with_report::<New>().unwrap();
    assert_eq!(new, New { a: 1.5, b: 2.5 });
    let remarks: Vec<_> = report.remarks().iter().map(|r| (&*r.member, r.kind)).collect();
    let (cast, aliased) = (RemarkKind::Cast, RemarkKind::Aliased);
    let expected = [("a", cast), ("__version__", RemarkKind::Migrated), ("old_b", aliased), ("old_b", cast)];
    assert_eq!(remarks, expected);
}

#[test]
fn an_optional_value_of_an_older_version_is_not_lost() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "rename")]
    struct Part {
        rate: f64,
    }
    fn rename(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        old.rename("lr", "rate")
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(allow_unknown)]
    struct Root {
        step: u32,
        part: Option<Part>,
        none: Option<Part>,
        list: Vec<Option<Part>>,
    }
    let old = BTreeMap::from([
        ("step".to_owned(), 1.0),
        ("part.lr".to_owned(), 0.5),
        ("list.1.lr".to_owned(), 0.25),
        ("list.2.rate".to_owned(), 0.125),
        ("list.2.__version__".to_owned(), 1.0),
    ]);
    // As Python would write them: integers where they are some.
    let dir = temp_dir();
    let text: Vec<_> = old
        .iter()
        .map(|(name, value)| {
            let is_int = name.ends_with("step") || name.ends_with("__");
            let value = if is_int { (*value as u64).to_string() } else { value.to_string() };
            format!("'{name}': {value}")
        })
        .collect();
    let text = text.join(", ");
    python(dir.path(), &format!("np.savez('old.npz', **{{{text}}})"));
    let root = Root::load(dir.path().join("old.npz")).unwrap();
    assert_eq!(root.part, Some(Part { rate: 0.5 }));
    assert_eq!(root.none, None);
    assert_eq!(root.list, [None, Some(Part { rate: 0.25 }), Some(Part { rate: 0.125 })]);
}

#[test]
fn what_was_stored_in_another_form_is_migrated_too() {
    #[derive(Npz)]
    struct OldLayer {
        w: Vec<f32>,
        label: String,
    }
    #[derive(Npz)]
    struct OldModel {
        #[npz(store_as = "bf16", string = "utf8")]
        layers: Vec<OldLayer>,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "rename")]
    struct Layer {
        weights: Vec<f32>,
        name: String,
    }
    fn rename(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        let w: Vec<f32> = old.take("w")?;
        let label: String = old.take("label")?;
        old.insert("weights", &w)?;
        old.insert("name", &label)
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Model {
        #[npz(store_as = "bf16", string = "utf8")]
        layers: Vec<Layer>,
    }
    let old = OldModel { layers: vec![OldLayer { w: vec![1.0, 0.5], label: "é".into() }] };
    let model = Model::from_bytes(&old.to_bytes().unwrap()).unwrap();
    assert_eq!(model.layers, [Layer { weights: vec![1.0, 0.5], name: "é".into() }]);
    assert_eq!(Model::from_bytes(&model.to_bytes().unwrap()).unwrap(), model);
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "carefully")]
    struct New {
        enc: [f64; 3],
        rest: f64,
    }
    fn carefully(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        let invalid = |error: npz_core::Error| assert_eq!(error.kind(), ErrorKind::Invalid);
        invalid(old.rename("enc", "encoder").unwrap_err()); // `encoder.w` is there
        assert!(old.contains("enc.a") && old.contains("enc.w") && old.contains("encoder.w"));
        invalid(old.insert("enc", &vec![vec![1.0], vec![2.0]]).unwrap_err()); // it would join `enc.*`
        // Names may be exchanged, by a third.
        old.rename("enc.a", "third")?;
        old.rename("enc.w", "enc.a")?;
        old.rename("third", "enc.w")?;
        let (a, w): (f64, f64) = (old.get("enc.a")?, old.get("enc.w")?);
        assert!(old.remove("enc"));
        assert!(old.names().all(|name| name != "__version__"));
        old.insert("enc", &[a, w, 0.0])?;
        old.rename("encoder.w", "rest")
    }
    let old = BTreeMap::from([("enc.a", 1.0), ("enc.w", 2.0), ("encoder.w", 3.0)]);
    let old: BTreeMap<String, f64> = old.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let new = New::from_bytes(&old.to_bytes().unwrap()).unwrap();
    assert_eq!(new, New { enc: [2.0, 1.0, 0.0], rest: 3.0 });
}
